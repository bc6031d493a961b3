import type { MetricBucket } from '@soc/contracts/storage/metrics';
import type { Queryable, Tx } from '@soc/db-cluster';

export interface MetricPoint {
  readonly tenantId: string;
  readonly name: string;
  readonly at: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface MetricRange {
  readonly tenantId: string;
  readonly name: string;
  /** Included; the first step begins here. */
  readonly from: string;
  /** Excluded. */
  readonly to: string;
  readonly stepS: number;
}

/** Keeps measured values over time. */
export interface MetricStore {
  readonly write: (points: readonly MetricPoint[], tx: Tx) => Promise<void>;
  /** One bucket a step, in order of time; steps without a point are left out. */
  readonly summarise: (range: MetricRange, read: Queryable) => Promise<readonly MetricBucket[]>;
}
