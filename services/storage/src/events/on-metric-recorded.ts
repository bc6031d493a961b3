import { MetricRecorded } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';

/** Keeps the measured values. The inbox lets each event in once, so no point is counted twice. */
export const onMetricRecorded = ({ metrics }: Pick<StorageDeps, 'metrics'>) =>
  batchSubscription(
    MetricRecorded,
    async (items, { tx }) => {
      await metrics.take(
        items.map(({ payload, event }) => ({ point: { ...payload, tenantId: event.tenantid }, eventId: event.id })),
        tx,
      );
    },
    { batchSize: 500 },
  );
