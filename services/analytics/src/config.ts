import { z } from 'zod';

/** analytics needs little beside what every service has. */
export const AnalyticsConfig = z.object({
  ANALYTICS_SITUATION_EVERY_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('Seconds between looks at backlog and response times, shown to Prometheus for all tenants together.'),
});
export type AnalyticsConfig = z.infer<typeof AnalyticsConfig>;
