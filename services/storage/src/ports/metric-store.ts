import type { MetricSeries } from '@soc/contracts/storage/metrics';
import type { Queryable, Tx } from '@soc/db-cluster';
import type { MetricPoint } from '../domain/metric-point.ts';
import type { MetricQuery } from '../domain/metric-query.ts';
import type { MetricResolution } from '../domain/metric-resolution.ts';

/** What a store answers; too many steps of too many series are refused whole. */
export type MetricAnswer =
  | { readonly ok: true; readonly series: readonly MetricSeries[] }
  | { readonly ok: false; readonly refusal: 'too_many_series' };

export interface MetricPurge {
  readonly tenantId: string;
  /** RFC 3339. Points before it go, and intervals that end by then. */
  readonly before: string;
  /** Counts and removes nothing. */
  readonly dryRun: boolean;
}

/** Keeps measured values over time. */
export interface MetricStore {
  /** In what it keeps values, and for how long. */
  readonly resolutions: readonly MetricResolution[];
  /** Takes points over: with the commit of `tx` they are kept for good, and found at once or a little later. */
  readonly write: (points: readonly MetricPoint[], tx: Tx) => Promise<void>;
  /**
   * From the resolution that `chooseResolution` chose. `last` is the value of the latest time; of points of one millisecond
   * the one that arrived last, with one limit: InfluxDB tells them by the last six digits of their arrival, so that
   * among those around a millionth arrival an earlier one may be taken for the last.
   */
  readonly query: (query: MetricQuery & { readonly resolutionS: number }, read: Queryable) => Promise<MetricAnswer>;
  /** Removes what a tenant measured before a time; `count` is that of its single points. */
  readonly purge: (purge: MetricPurge, write: Queryable) => Promise<{ readonly count: number }>;
}

/** Steps of all series together that an answer may have. */
export const MAX_BUCKETS = 20_000;

/** The store is away, or does not do what it should; the message says why, for operators. */
export class MetricStoreUnavailableError extends Error {
  override readonly name = 'MetricStoreUnavailableError';
  /** How long it asks to be left alone. */
  retryAfterMs: number | undefined;
}
