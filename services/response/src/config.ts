import { z } from 'zod';
import { isAllowedHostEntry } from './domain/allowed-hosts.ts';

const HostList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter(Boolean),
  )
  .pipe(z.array(z.string().refine(isAllowedHostEntry, 'entries are host, host:port or *.domain')));

export const ResponseConfig = z.object({
  RESPONSE_ALLOWED_HOSTS: HostList.default([]).describe(
    'Where http-api steps may send requests: comma-separated host, host:port or *.domain. Nowhere by default.',
  ),
  RESPONSE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4).describe('Runs executed at the same time.'),
  RESPONSE_LEASE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(10_000)
    .describe('How long after the death of an executor another one takes its runs over.'),
  RESPONSE_POLL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .default(1_000)
    .describe('Longest time before a due run is noticed.'),
  RESPONSE_STEP_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(30_000)
    .describe('Longest wait for the answer to a request of a step that sets no timeout.'),
});
export type ResponseConfig = z.infer<typeof ResponseConfig>;
