import { z } from 'zod';

const Days = z.coerce.number().int().min(1).max(36_500);

/** Where metrics are kept, and for how long. */
export const MetricsConfig = z.object({
  METRICS_KEEP_DAYS: Days.default(30).describe('How long single metric points are kept.'),
  METRICS_KEEP_5M_DAYS: Days.default(180).describe('How long metrics are kept in steps of five minutes.'),
  METRICS_KEEP_1H_DAYS: Days.default(1_825).describe('How long metrics are kept in steps of an hour.'),
});
export type MetricsConfig = z.infer<typeof MetricsConfig>;
