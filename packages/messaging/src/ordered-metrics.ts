import type { Queryable } from '@soc/db-cluster';
import { Gauge, type Registry } from '@soc/monitoring';
import type { OrderedRepository } from './ordered-repository.ts';

/**
 * Shows how many ordered events wait behind a failed one, also of nouns that the service has no ordered consumer of any
 * more; every replica shows the same.
 */
export function observeWaiting(
  registry: Registry,
  db: { readonly write: Queryable },
  repository: OrderedRepository,
  nouns: readonly string[],
): void {
  const gauge = new Gauge({
    name: 'soc_ordered_events_waiting',
    help: 'Ordered events that failed and will be tried again, and those that wait behind them.',
    labelNames: ['noun'],
    registers: [registry],
    collect: async () => {
      const waiting = await repository.countWaiting(db.write).catch(() => undefined);
      if (!waiting) return;
      gauge.reset();
      for (const noun of nouns) gauge.set({ noun }, 0);
      for (const { noun, events } of waiting) gauge.set({ noun }, events);
    },
  });
}
