import { IncidentCreated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';
import { latestOfEach } from '../domain/latest.ts';

export const onIncidentCreated = ({ facts }: Pick<AnalyticsDeps, 'facts'>) =>
  batchSubscription(IncidentCreated, (items, { tx }) =>
    facts.saveIncidents(tx, latestOfEach(items.map(({ payload }) => payload.incident))),
  );
