import { AlertUpdated, EnrichmentCompleted } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AlertDeps } from '../deps.ts';
import { newestEnrichments } from '../domain/enriched.ts';

/** Stores intel's answers, one statement for a batch. An older answer than the stored one changes nothing. */
export const onEnrichmentCompleted = ({ alertFacts }: Pick<AlertDeps, 'alertFacts'>) =>
  batchSubscription(
    EnrichmentCompleted,
    async (items, { tx, message, publishMany }) => {
      const facts = newestEnrichments(items.map(({ payload, event }) => ({ ...payload, tenantId: event.tenantid })));
      const saved = await alertFacts.saveEnrichments(tx, facts);
      const causes = new Map(items.map(({ payload, event }) => [payload.alertId, event]));
      await publishMany(
        saved.flatMap((alert) => {
          const cause = causes.get(alert.id);
          return cause
            ? [message(cause, AlertUpdated, { alert, changed: ['reputation', 'enrichedAt'] }, { subject: alert.id })]
            : [];
        }),
      );
    },
    { batchSize: 200 },
  );
