import { alertOfFiring, payloadOfFiring } from './domain/sigma-correlation/firing-alert.ts';
import type { Submission } from './ingest.ts';
import type { TenantFiring } from './sigma-correlation.ts';

/** Firings as alerts to be stored. */
export const submissionsOfFirings = (
  firings: readonly TenantFiring[],
  correlationId: string,
  receivedAt: Date,
): readonly Submission[] =>
  firings.flatMap((firing) => {
    const alert = alertOfFiring(firing, receivedAt);
    const origin = { tenantId: firing.tenantId, correlationId };
    return alert ? [{ alert, payload: payloadOfFiring(firing), origin }] : [];
  });
