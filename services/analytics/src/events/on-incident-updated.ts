import { IncidentUpdated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';
import { latestOfEach } from '../domain/latest.ts';

export const onIncidentUpdated = ({ facts }: Pick<AnalyticsDeps, 'facts'>) =>
  batchSubscription(IncidentUpdated, (items, { tx }) =>
    facts.saveIncidents(tx, latestOfEach(items.map(({ payload }) => payload.incident))),
  );
