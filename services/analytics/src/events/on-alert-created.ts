import { AlertCreated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';
import { latestOfEach } from '../domain/latest.ts';

/** Counts a new alert. An update that overtook it has a higher version and stays. */
export const onAlertCreated = ({ alertFacts }: Pick<AnalyticsDeps, 'alertFacts'>) =>
  batchSubscription(AlertCreated, (items, { tx }) =>
    alertFacts.save(tx, latestOfEach(items.map(({ payload }) => payload.alert))),
  );
