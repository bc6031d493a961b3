import { readFileSync } from 'node:fs';
import { ConfigError } from '@soc/service-kit';
import { z } from 'zod';

const Days = z.coerce.number().int().min(1).max(36_500);

/** Where metrics are kept, and for how long. */
export const MetricsConfig = z.object({
  METRICS_KEEP_DAYS: Days.default(30).describe('How long single metric points are kept.'),
  METRICS_KEEP_5M_DAYS: Days.default(180).describe('How long metrics are kept in steps of five minutes.'),
  METRICS_KEEP_1H_DAYS: Days.default(1_825).describe('How long metrics are kept in steps of an hour.'),
  INFLUXDB_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where single metric points are kept: InfluxDB 2.x or 1.8 with Flux; PostgreSQL when absent.'),
  INFLUXDB_TOKEN: z.string().default('').describe('API token of InfluxDB; with 1.8 `user:password`.'),
  INFLUXDB_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('PEM of the authority that InfluxDB is trusted by, where it is not a public one.'),
  INFLUXDB_ORG: z.string().default('soc').describe('Organisation of the bucket in InfluxDB 2.x; 1.8 has none.'),
  INFLUXDB_BUCKET: z
    .string()
    .regex(/^[\w./ -]{1,200}$/, 'has letters, digits, blanks and the characters . / - _')
    .default('soc')
    .describe('Bucket for metric points, which the operator makes; with 1.8 `database/retention policy`.'),
});
export type MetricsConfig = z.infer<typeof MetricsConfig>;

/** The PEM that InfluxDB is trusted by. Throws `ConfigError` where no TLS is, and it would be ignored. */
export function influxdbAuthority(url: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (new URL(url).protocol !== 'https:') {
    throw new ConfigError('bad environment: INFLUXDB_CA_FILE: nothing is trusted by it, as INFLUXDB_URL is not https');
  }
  return readFileSync(file, 'utf8');
}
