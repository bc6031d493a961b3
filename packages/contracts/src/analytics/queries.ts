import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ObservableType, QueryInt, Severity, Timestamp } from '../primitives.ts';

/** The span a figure is about, by time of arrival; the last 24 hours when absent, at most 366 days. */
const span = { from: Timestamp.optional(), to: Timestamp.optional() };

const Counts = z.record(z.string(), z.number().int());

/** Seconds; null where nothing was measured in the span. */
const Durations = z.object({
  count: z.number().int(),
  meanS: z.number().nullable(),
  p50S: z.number().nullable(),
  p90S: z.number().nullable(),
});

const Span = z.object({ from: Timestamp, to: Timestamp });

export const Overview = z.object({
  span: Span,
  alerts: z.object({
    total: z.number().int(),
    occurrences: z.number().int(),
    bySeverity: Counts,
    byStatus: Counts,
    bySource: Counts,
    byVerdict: Counts,
    analysed: z.number().int(),
  }),
  incidents: z.object({ total: z.number().int(), open: z.number().int(), bySeverity: Counts, byStatus: Counts }),
  responses: z.object({ total: z.number().int(), byOutcome: Counts }),
  notifications: z.object({ delivered: z.number().int(), failed: z.number().int() }),
  evidence: z.object({ objects: z.number().int(), sizeBytes: z.number().int() }),
});
export type Overview = z.infer<typeof Overview>;

export const GetOverview = endpoint({
  id: 'getOverview',
  service: 'analytics',
  method: 'GET',
  url: '/api/v1/analytics/overview',
  summary: 'What came in, how it was judged, and what was done about it.',
  permission: 'analytics:read',
  query: z.strictObject(span),
  responses: { 200: Overview },
  cache: {
    maxAgeS: 15,
    invalidatedBy: [
      'alert.created',
      'alert.updated',
      'incident.created',
      'incident.updated',
      'response.completed',
      'notification.sent',
      'evidence.stored',
    ],
  },
});

export const Kpis = z.object({
  span: Span,
  /** Arrival to first triage. */
  timeToAcknowledge: Durations,
  /** Arrival to closing. */
  timeToResolve: Durations,
  /** Arrival to the first score. */
  timeToAnalyse: Durations,
  /** Share of closed alerts that were false positives, 0–1; null where none was closed. */
  falsePositiveRate: z.number().nullable(),
  /** Alerts per incident member: how much correlation condenses. */
  alertsPerIncident: z.number().nullable(),
});
export type Kpis = z.infer<typeof Kpis>;

export const GetKpis = endpoint({
  id: 'getKpis',
  service: 'analytics',
  method: 'GET',
  url: '/api/v1/analytics/kpis',
  summary: 'Mean time to acknowledge and to resolve, false-positive rate.',
  permission: 'analytics:read',
  query: z.strictObject(span),
  responses: { 200: Kpis },
});

export const TimeseriesBucket = z.enum(['minute', 'hour', 'day']);
export type TimeseriesBucket = z.infer<typeof TimeseriesBucket>;

export const TimeseriesDimension = z.enum(['severity', 'source', 'status']);
export type TimeseriesDimension = z.infer<typeof TimeseriesDimension>;

export const Timeseries = z.object({
  span: Span,
  bucket: TimeseriesBucket,
  /** One per bucket and key that has alerts; buckets without any are left out. */
  points: z.array(z.object({ at: Timestamp, key: z.string(), count: z.number().int() })),
});
export type Timeseries = z.infer<typeof Timeseries>;

export const GetTimeseries = endpoint({
  id: 'getTimeseries',
  service: 'analytics',
  method: 'GET',
  url: '/api/v1/analytics/timeseries',
  summary: 'Alerts over time, by severity, source or status; at most 5,000 buckets.',
  permission: 'analytics:read',
  query: z.strictObject({ ...span, bucket: TimeseriesBucket.optional(), by: TimeseriesDimension.optional() }),
  responses: { 200: Timeseries },
});

const TopEntity = z.object({
  type: ObservableType,
  value: z.string(),
  alerts: z.number().int(),
  maxSeverity: Severity,
});
const TopTechnique = z.object({ technique: z.string(), alerts: z.number().int() });
const TopRule = z.object({ source: z.string(), rule: z.string(), alerts: z.number().int() });

export const Top = z.object({
  span: Span,
  entities: z.array(TopEntity),
  techniques: z.array(TopTechnique),
  rules: z.array(TopRule),
});
export type Top = z.infer<typeof Top>;

export const GetTop = endpoint({
  id: 'getTop',
  service: 'analytics',
  method: 'GET',
  url: '/api/v1/analytics/top',
  summary: 'The entities, techniques and rules behind most alerts.',
  permission: 'analytics:read',
  query: z.strictObject({ ...span, limit: QueryInt(1, 100).optional() }),
  responses: { 200: Top },
});
