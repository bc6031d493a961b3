import { IncidentUpdated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { ResponseDeps } from '../deps.ts';

/** Keeps what is new of the incident and starts the runs of triggers whose conditions it now meets for the first time. */
export const onIncidentUpdated = ({ incidents, fireTriggers }: Pick<ResponseDeps, 'incidents' | 'fireTriggers'>) =>
  batchSubscription(IncidentUpdated, async (items, { tx, log }) => {
    const facts = items.map(({ payload, event }) => ({ incident: payload.incident, event }));
    await incidents.save(
      tx,
      facts.map(({ incident }) => incident),
    );
    await fireTriggers(tx, 'incident.updated', facts, log);
  });
