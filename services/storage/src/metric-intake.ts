import type { Tx } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { Counter, type Registry } from '@soc/monitoring';
import { keepPoint, type MetricPoint } from './domain/metric-point.ts';
import { keptSince } from './domain/metric-resolution.ts';
import type { MetricStore } from './ports/metric-store.ts';

/** A point, and the event that brought it. */
export interface ArrivedPoint {
  readonly point: MetricPoint;
  readonly eventId: string;
}

/** Gives points to the store; what no store would keep is logged and counted instead. */
export type MetricIntake = (arrived: readonly ArrivedPoint[], tx: Tx) => Promise<void>;

/** The one way in, whatever the store. */
export function createMetricIntake(options: {
  readonly store: Pick<MetricStore, 'write' | 'resolutions'>;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}): MetricIntake {
  const { store, registry, log, now } = options;
  const refused = new Counter({
    name: 'soc_storage_metric_points_refused_total',
    help: 'Metric points that were not kept, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const longest = store.resolutions.toSorted((a, b) => b.keepDays - a.keepDays)[0] ?? { stepS: 0, keepDays: 0 };
  return async (arrived, tx) => {
    const at = now();
    const bounds = { now: at, keptSince: keptSince(longest, at) };
    const kept: MetricPoint[] = [];
    for (const { point, eventId } of arrived) {
      const decision = keepPoint(point, bounds);
      if (decision.ok) {
        kept.push(decision.point);
        continue;
      }
      const { refusal } = decision;
      tx.afterCommit(() => {
        refused.inc({ reason: refusal });
        log.warn({ eventId, refusal }, 'metric point not kept');
      });
    }
    await store.write(kept, tx);
  };
}
