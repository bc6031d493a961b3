import { AnalysisCompleted, EnrichmentCompleted } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AiDeps } from '../deps.ts';

/** Weighs what intel knows: for the alert itself, in a next revision, and for later alerts with the same entities. */
export const onEnrichmentCompleted = ({ reweigh, now }: Pick<AiDeps, 'reweigh' | 'now'>) =>
  batchSubscription(EnrichmentCompleted, async (items, { tx, message, publishMany }) => {
    const enrichments = items.map(({ payload, event }) => ({ tenantId: event.tenantid, enrichment: payload }));
    const causes = new Map(items.map(({ payload, event }) => [payload.alertId, event]));
    const revised = await reweigh(tx, enrichments, now());
    await publishMany(
      revised.flatMap(({ analysis }) => {
        const cause = causes.get(analysis.alertId);
        return cause ? [message(cause, AnalysisCompleted, analysis, { subject: analysis.alertId })] : [];
      }),
    );
  });
