import { z } from 'zod';
import { CustodyConfig } from './config/custody.ts';
import { MetricsConfig } from './config/metrics.ts';
import { ObjectsConfig } from './config/objects.ts';
import { RetentionConfig } from './config/retention.ts';
import { SearchServerConfig } from './config/search-server.ts';

/** What storage needs beside what every service has. */
export const StorageConfig = z.object({
  ...ObjectsConfig.shape,
  ...CustodyConfig.shape,
  ...RetentionConfig.shape,
  ...MetricsConfig.shape,
  ...SearchServerConfig.shape,
});
export type StorageConfig = z.infer<typeof StorageConfig>;
