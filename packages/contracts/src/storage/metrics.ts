import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { QueryInt, Timestamp } from '../primitives.ts';

/** What was measured in one step of time. Steps without a point are left out. */
export const MetricBucket = z.object({
  /** Start of the step. */
  at: Timestamp,
  avg: z.number(),
  min: z.number(),
  max: z.number(),
  count: z.number().int().min(1),
});
export type MetricBucket = z.infer<typeof MetricBucket>;

export const QueryMetric = endpoint({
  id: 'queryMetric',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/metrics',
  summary: 'A metric over time: average, least, most and count per step',
  permission: 'storage:read',
  query: z.strictObject({
    name: z.string().min(1).max(200),
    from: Timestamp,
    to: Timestamp,
    /** Seconds. */
    step: QueryInt(1, 31_536_000),
  }),
  responses: {
    200: z.object({ name: z.string(), stepS: z.number().int(), items: z.array(MetricBucket) }),
  },
  errors: { 422: ['storage.too_many_steps', 'storage.empty_range'] },
});
