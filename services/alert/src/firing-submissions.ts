import { alertOfFiring, payloadOfFiring } from './domain/sigma-correlation/firing-alert.ts';
import type { Submission } from './ingest.ts';
import type { TenantFiring } from './sigma-correlation.ts';

/** Events whose text an alert's payload has, beside the ids of all. */
const SHOWN_EVENTS = 10;

/**
 * Firings as alerts to be stored. `textOf` has events that are at hand, among them the one that completed a firing: the payload
 * shows the latest of them, and the alert is about whom the last one names as well.
 */
export const submissionsOfFirings = (
  firings: readonly TenantFiring[],
  correlationId: string,
  receivedAt: Date,
  textOf: (eventId: string) => string | undefined = () => undefined,
): readonly Submission[] =>
  firings.flatMap((firing) => {
    const texts = firing.eventIds.flatMap((id) => textOf(id) ?? []).slice(-SHOWN_EVENTS);
    const alert = alertOfFiring(firing, receivedAt, texts.at(-1));
    const origin = { tenantId: firing.tenantId, correlationId };
    return alert ? [{ alert, payload: payloadOfFiring(firing, texts), origin }] : [];
  });
