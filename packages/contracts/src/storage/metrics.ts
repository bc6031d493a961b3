import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { QueryInt, Timestamp } from '../primitives.ts';

/** A share of the values that a percentile does not exceed, as its aggregate is called. */
export const METRIC_PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** What is told of the values of a step. Percentiles are interpolated between the two values nearest to them. */
export const MetricAggregate = z.enum(['avg', 'min', 'max', 'sum', 'count', 'last', 'p50', 'p90', 'p95', 'p99']);
export type MetricAggregate = z.infer<typeof MetricAggregate>;

/** What was measured in one step of time: the aggregates that were asked for. Steps without a point are left out. */
export const MetricBucket = z.object({
  /** Start of the step. */
  at: Timestamp,
  avg: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  sum: z.number().optional(),
  count: z.number().int().min(1).optional(),
  /** The value with the latest time; of several with the same time the one that arrived last. */
  last: z.number().optional(),
  p50: z.number().optional(),
  p90: z.number().optional(),
  p95: z.number().optional(),
  p99: z.number().optional(),
});
export type MetricBucket = z.infer<typeof MetricBucket>;

/** The steps of the points that have the same values of the labels asked for. */
export const MetricSeries = z.object({
  /** By label; one that the points do not have is absent. */
  labels: z.record(z.string(), z.string()),
  items: z.array(MetricBucket),
});
export type MetricSeries = z.infer<typeof MetricSeries>;

/** `label=value` or `label!=value`. */
const LabelTest = z
  .string()
  .max(600)
  .regex(/^[^=]*[^=!]!?=/, 'must be label=value or label!=value');

/** A parameter that may be given several times. */
const listOf = <Item extends z.ZodType<unknown, string>>(item: Item, most: number) =>
  z
    .union([z.string(), z.array(z.string()).max(most)])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .pipe(z.array(item).min(1).max(most));

export const QueryMetric = endpoint({
  id: 'queryMetric',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/metrics',
  summary: 'A metric over time: aggregates per step, filtered and grouped by labels',
  permission: 'storage:read',
  query: z.strictObject({
    name: z.string().min(1).max(200),
    from: Timestamp,
    to: Timestamp,
    /** Seconds. */
    step: QueryInt(1, 31_536_000),
    /** All must hold; several `=` of one label ask for any of their values. A point without the label fails `=` and passes `!=`. */
    label: listOf(LabelTest, 20).optional(),
    groupBy: listOf(z.string().min(1).max(200), 5).optional(),
    /** `avg`, `min`, `max` and `count` when absent. */
    aggregate: listOf(MetricAggregate, 10).optional(),
  }),
  responses: {
    200: z.object({
      name: z.string(),
      stepS: z.number().int(),
      /** Length of the stored intervals the answer was made from, in seconds; 0 for single points. */
      resolutionS: z.number().int(),
      series: z.array(MetricSeries),
    }),
  },
  errors: {
    422: ['storage.too_many_steps', 'storage.empty_range', 'storage.too_many_series', 'storage.resolution_gone'],
    503: ['storage.metrics_unavailable'],
  },
});
