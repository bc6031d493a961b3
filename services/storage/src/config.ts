import { z } from 'zod';
import { CustodyConfig } from './config/custody.ts';
import { MetricsConfig } from './config/metrics.ts';

/** What storage needs beside what every service has. */
export const StorageConfig = z.object({
  ...CustodyConfig.shape,
  ...MetricsConfig.shape,
  EVIDENCE_DIR: z.string().min(1).describe('Folder of the evidence objects, on one file system; made when missing.'),
  EVIDENCE_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(1024 ** 3)
    .describe('Largest evidence object, in bytes.'),
  EVIDENCE_MIN_FREE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(64 * 1024 ** 2)
    .describe('Room that an upload must leave on the disk, in bytes.'),
});
export type StorageConfig = z.infer<typeof StorageConfig>;
