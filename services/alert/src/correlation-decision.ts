import type { Alert } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { CandidateRepository } from './candidate-repository.ts';
import { correlate, type CorrelationOutcome } from './domain/correlation/correlate.ts';
import type { CorrelatedAlert } from './domain/correlation/correlated-alert.ts';
import type { CorrelationSettings } from './domain/correlation/desk.ts';
import { isPlaceable } from './domain/correlation/left-open.ts';
import { createSurroundings, MOST_LOOSE_ROWS } from './correlation-surroundings.ts';
import { createWeighing } from './weighing.ts';
import type { IncidentRepository } from './incident-repository.ts';

/** Decisions about one batch. Each is a hop further along loose alerts: what lies beyond the last stays loose. */
const MOST_ROUNDS = 16;

export type CorrelationDecision = (
  tx: Tx,
  tenantId: string,
  alerts: readonly Alert[],
  at: Date,
) => Promise<CorrelationOutcome>;

/**
 * Decides about freshly analysed alerts: decides with what is known, looks for the loose alerts that would make it another
 * decision, and decides again, until there are none. So it makes no difference in which batches the alerts of a story are
 * analysed. Stores nothing.
 *
 * What joins an incident by entities that it names already, near it in time, takes one decision and no look-up of loose alerts.
 */
export function createCorrelationDecision(given: {
  readonly candidates: CandidateRepository;
  readonly incidents: IncidentRepository;
  readonly settings: CorrelationSettings;
}): CorrelationDecision {
  const { settings } = given;
  return async (tx, tenantId, analysed, at) => {
    const weigh = createWeighing({ tx, candidates: given.candidates, hubAssets: settings.hubAssets });
    const alerts = await weigh(analysed);
    const surroundings = createSurroundings({ ...given, tx, tenantId, alerts, weigh, at });
    await surroundings.findIncidents(alerts.filter(isPlaceable));
    const loose: CorrelatedAlert[] = [];
    for (let round = 1; ; round += 1) {
      const incidents = surroundings.incidents();
      const newId = (): string => uuidv7(at.getTime());
      const outcome = correlate({ alerts, loose, incidents, settings, newId, at: at.toISOString() });
      if (round === MOST_ROUNDS || loose.length >= MOST_LOOSE_ROWS) return outcome;
      if (await surroundings.findNamed(outcome)) continue;
      const found = await surroundings.findLoose(outcome, loose);
      if (found.length === 0) return outcome;
      await surroundings.findIncidents(found);
      loose.push(...found);
    }
  };
}
