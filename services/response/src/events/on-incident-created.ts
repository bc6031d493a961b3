import { IncidentCreated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { ResponseDeps } from '../deps.ts';

/** Keeps the incident for later runs and starts those of triggers on new incidents. */
export const onIncidentCreated = ({ incidents, fireTriggers }: Pick<ResponseDeps, 'incidents' | 'fireTriggers'>) =>
  batchSubscription(IncidentCreated, async (items, { tx, log }) => {
    const facts = items.map(({ payload, event }) => ({ incident: payload.incident, event }));
    await incidents.save(
      tx,
      facts.map(({ incident }) => incident),
    );
    await fireTriggers(tx, 'incident.created', facts, log);
  });
