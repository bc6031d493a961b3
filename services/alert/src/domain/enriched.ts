import type { Enrichment, Reputation } from '@soc/contracts';

/** intel's answer to one alert. */
export interface EnrichmentFact {
  readonly id: string;
  readonly tenantId: string;
  readonly reputation: Reputation;
  readonly enrichedAt: string;
}

/** The latest answer for each alert. */
export function newestEnrichments(
  given: readonly (Enrichment & { readonly tenantId: string })[],
): readonly EnrichmentFact[] {
  const newest = new Map<string, EnrichmentFact>();
  for (const { alertId, tenantId, reputation, enrichedAt } of given) {
    const known = newest.get(alertId);
    if (known && known.enrichedAt > enrichedAt) continue;
    newest.set(alertId, { id: alertId, tenantId, reputation, enrichedAt });
  }
  return [...newest.values()];
}
