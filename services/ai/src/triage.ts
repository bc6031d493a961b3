import type { Alert } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { AlertRepository } from './alert-repository.ts';
import type { AnalysisRepository, StoredAnalysis } from './analysis-repository.ts';
import { assess } from './domain/analysis.ts';
import { ruleLabel } from './domain/rule.ts';
import { countSightings, seenBefore } from './domain/sightings.ts';
import type { Signals } from './domain/signals.ts';
import type { GatherFacts } from './gather-facts.ts';
import type { SightingRepository } from './sighting-repository.ts';

export interface NewAlert {
  readonly tenantId: string;
  readonly alert: Alert;
}

/**
 * Analyses new alerts, counts their entities, and stores the first revisions; returns those that were not stored before.
 * Six statements for any number of alerts.
 */
export type Triage = (tx: Tx, alerts: readonly NewAlert[], at: Date) => Promise<readonly StoredAnalysis[]>;

export function createTriage(deps: {
  readonly gatherFacts: GatherFacts;
  readonly alerts: AlertRepository;
  readonly sightings: SightingRepository;
  readonly analyses: AnalysisRepository;
}): Triage {
  return async (tx, alerts, at) => {
    const facts = await deps.gatherFacts(tx, alerts, at);
    const about = alerts.flatMap(({ alert, tenantId }, index) => {
      const known = facts[index];
      return known ? [{ alert, tenantId, known }] : [];
    });
    const enriched = await deps.alerts.recordAnalysed(
      tx,
      about.map(({ alert, tenantId, known }) => ({
        tenantId,
        alertId: alert.id,
        ...known.rule,
        confidence: known.knownHit?.confidence ?? 0,
      })),
    );
    const before = await deps.sightings.record(tx, countSightings(facts));
    const seen = seenBefore(facts, before);
    const analysed = about.map(({ alert, tenantId, known }, index) => {
      const hit = enriched.get(alert.id);
      const signals: Signals = {
        severity: alert.severity,
        rule: ruleLabel(known.rule),
        history: known.history,
        sightings: [...(seen[index] ?? [])],
        // The alert's own enrichment, where it came first, knows better than those of other alerts.
        intel: hit === undefined ? known.knownHit : hit,
        asset: known.asset,
      };
      return { tenantId, signals, analysis: { alertId: alert.id, revision: 1, ...assess(alert, signals, at) } };
    });
    const fresh = await deps.analyses.insertMany(tx, analysed);
    return analysed.filter(({ analysis }) => fresh.has(analysis.alertId));
  };
}
