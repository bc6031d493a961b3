import { IncidentUpdated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { NotificationDeps } from '../deps.ts';
import { incidentFact } from '../domain/incident-fact.ts';
import { liveIncident } from '../domain/live-event.ts';
import { factOrigin } from './fact-origin.ts';

/** Tells what happens to incidents. */
export const onIncidentUpdated = ({ notifier, live }: Pick<NotificationDeps, 'notifier' | 'live'>) =>
  batchSubscription(IncidentUpdated, async (items, { tx }) => {
    await notifier.notify(
      tx,
      items.map(({ payload, event }) => incidentFact(payload.incident, payload.changed, factOrigin(event))),
    );
    tx.afterCommit(() =>
      live.publish(
        items.map(({ payload, event }) => ({
          tenantId: event.tenantid,
          event: liveIncident(payload.incident, payload.changed),
        })),
      ),
    );
  });
