import { AlertCreated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { NotificationDeps } from '../deps.ts';
import { alertFact } from '../domain/alert-fact.ts';
import { isShownLive, liveAlert } from '../domain/live-event.ts';
import { factOrigin } from './fact-origin.ts';

/** Tells of alerts where a rule wants that; where none does, a batch costs one look at what is remembered. */
export const onAlertCreated = ({
  notifier,
  alertInterest,
  live,
}: Pick<NotificationDeps, 'notifier' | 'alertInterest' | 'live'>) =>
  batchSubscription(
    AlertCreated,
    async (items, { tx }) => {
      const shown = items
        .filter(({ payload }) => isShownLive(payload.alert))
        .map(({ payload, event }) => ({ tenantId: event.tenantid, event: liveAlert(payload.alert) }));
      tx.afterCommit(() => live.publish(shown));
      const isWanted = await alertInterest.isWanted(tx);
      const wanted = items.filter(({ payload }) => isWanted(payload.alert));
      await notifier.notify(
        tx,
        wanted.map(({ payload, event }) => alertFact(payload.alert, factOrigin(event))),
      );
    },
    { batchSize: 500 },
  );
