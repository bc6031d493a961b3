import type { Enrichment } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { AlertRepository } from './alert-repository.ts';
import type { AnalysisRepository, StoredAnalysis } from './analysis-repository.ts';
import { revise } from './domain/analysis.ts';
import { entityOf } from './domain/entity.ts';
import { intelHitsOf, surestHit } from './domain/intel-hit.ts';
import type { KnownThreat, ThreatRepository } from './threat-repository.ts';

export interface NewEnrichment {
  readonly tenantId: string;
  readonly enrichment: Enrichment;
}

/**
 * Takes note of what intel said of alerts and their entities. Returns the next revisions of the analyses whose score that
 * changes. One statement for any number of enrichments that change nothing, five where there are hits.
 */
export type Reweigh = (tx: Tx, enrichments: readonly NewEnrichment[], at: Date) => Promise<readonly StoredAnalysis[]>;

/** The surest threat of each entity, so that none occurs twice. */
function threatsOf(enrichments: readonly NewEnrichment[]): readonly KnownThreat[] {
  const threats = enrichments.flatMap(({ tenantId, enrichment }) =>
    intelHitsOf(enrichment).map((hit) => ({ tenantId, entity: entityOf(hit).key, hit })),
  );
  const weakestFirst = threats.toSorted((a, b) => a.hit.confidence - b.hit.confidence);
  return [...new Map(weakestFirst.map((threat) => [`${threat.tenantId} ${threat.entity}`, threat])).values()];
}

export function createReweigh(deps: {
  readonly alerts: AlertRepository;
  readonly threats: ThreatRepository;
  readonly analyses: AnalysisRepository;
}): Reweigh {
  return async (tx, enrichments, at) => {
    // The last enrichment of an alert in the batch is the one that counts.
    const latest = new Map(
      enrichments.map(({ tenantId, enrichment }) => {
        const { alertId, enrichedAt } = enrichment;
        return [alertId, { tenantId, alertId, enrichedAt, hit: surestHit(intelHitsOf(enrichment)) }] as const;
      }),
    );
    const scored = await deps.alerts.recordEnriched(tx, [...latest.values()]);
    const threats = threatsOf(enrichments);
    if (threats.length > 0) await deps.threats.remember(tx, threats, at);

    const changed = new Map(
      [...scored]
        .map(([alertId, counted]) => [alertId, counted, latest.get(alertId)?.hit?.confidence ?? 0] as const)
        .filter(([, counted, confidence]) => confidence !== counted)
        .map(([alertId, , confidence]) => [alertId, confidence] as const),
    );
    if (changed.size === 0) return [];
    await deps.alerts.saveScored(tx, changed);
    const stored = await deps.analyses.findLatest(
      tx,
      [...latest.values()].filter(({ alertId }) => changed.has(alertId)),
    );
    const revised = stored.flatMap(({ tenantId, analysis, signals: counted }) => {
      const signals = { ...counted, intel: latest.get(analysis.alertId)?.hit ?? null };
      const next = revise(analysis, signals, at);
      return next ? [{ tenantId, analysis: next, signals }] : [];
    });
    if (revised.length > 0) await deps.analyses.insertMany(tx, revised);
    return revised;
  };
}
