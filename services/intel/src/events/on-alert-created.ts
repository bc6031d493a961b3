import { AlertCreated, EnrichmentCompleted } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { IntelDeps } from '../deps.ts';
import { NOTHING_FOUND } from '../domain/findings.ts';

/**
 * Looks the observables of every new alert up and says what is known of them, also when that is nothing: alert waits for
 * the answer. Three statements for a batch of alerts.
 */
export const onAlertCreated = ({ lookUp, enrichments, now }: Pick<IntelDeps, 'lookUp' | 'enrichments' | 'now'>) =>
  batchSubscription(AlertCreated, async (items, { tx, message, publishMany }) => {
    const at = now();
    const alerts = [...new Map(items.map((item) => [item.payload.alert.id, item])).values()];
    const requests = alerts.map(({ payload, event }) => ({
      tenantId: event.tenantid,
      observables: payload.alert.observables,
    }));
    const findings = await lookUp(tx, requests, at);
    const enriched = alerts.map(({ payload, event }, index) => {
      const found = findings[index] ?? NOTHING_FOUND;
      const enrichment = { alertId: payload.alert.id, ...found, enrichedAt: at.toISOString() };
      return { event, tenantId: event.tenantid, enrichment };
    });
    const fresh = await enrichments.insertMany(tx, enriched);
    await publishMany(
      enriched
        .filter(({ enrichment }) => fresh.has(enrichment.alertId))
        .map(({ event, enrichment }) =>
          message(event, EnrichmentCompleted, enrichment, { subject: enrichment.alertId }),
        ),
    );
  });
