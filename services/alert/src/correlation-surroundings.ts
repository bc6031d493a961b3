import type { Tx } from '@soc/db-cluster';
import type { CandidateRepository, Carrier } from './candidate-repository.ts';
import type { CorrelationOutcome } from './domain/correlation/correlate.ts';
import type { CorrelatedAlert } from './domain/correlation/correlated-alert.ts';
import type { CorrelationSettings } from './domain/correlation/desk.ts';
import { createCoverage } from './domain/correlation/coverage.ts';
import { entitySpans } from './domain/correlation/entity-spans.ts';
import { grownIntoThePast, leftOpen, settled } from './domain/correlation/left-open.ts';
import type { KnownIncident } from './domain/correlation/story.ts';
import type { IncidentRepository, StoredIncident } from './incident-repository.ts';
import type { Weighing } from './weighing.ts';

/** Loose alerts that one batch is decided with, the latest. */
export const MOST_LOOSE_ROWS = 20_000;

/** What lies around some alerts, looked up bit by bit and nothing twice, in the transaction of one decision. */
export function createSurroundings(given: {
  readonly tx: Tx;
  readonly tenantId: string;
  readonly alerts: readonly CorrelatedAlert[];
  readonly weigh: Weighing;
  readonly at: Date;
  readonly candidates: CandidateRepository;
  readonly incidents: IncidentRepository;
  readonly settings: CorrelationSettings;
}) {
  const { tx, tenantId, alerts, candidates, settings } = given;
  const { windowMs } = settings;
  const now = given.at.toISOString();
  const stored = new Map<string, StoredIncident>();
  const carriers: Carrier[] = [];
  const fullyNamed = new Set<string>();
  const covered = { incidents: createCoverage(), openers: createCoverage(), loose: createCoverage() };

  const incidents = (): readonly KnownIncident[] => {
    const carriersOf = Map.groupBy(carriers, ({ incidentId }) => incidentId);
    return [...stored.values()].map((one) => {
      const its = carriersOf.get(one.incident.id) ?? [];
      return { ...one, carriers: new Map(its.map(({ key, alertId }) => [key, alertId])) };
    });
  };

  /** The incidents that were met by now: those the alerts are in as well. */
  const lockMet = async (): Promise<void> => {
    const met = new Set(carriers.map(({ incidentId }) => incidentId));
    for (const { alert } of alerts) if (alert.incidentId !== null) met.add(alert.incidentId);
    const unknown = [...met].filter((id) => !stored.has(id));
    if (unknown.length === 0) return;
    for (const one of await given.incidents.lock(tx, tenantId, unknown)) stored.set(one.incident.id, one);
  };

  return {
    /** The incidents looked up by now. */
    incidents,

    /** Looks up the incidents that know entities of some alerts. */
    findIncidents: async (around: readonly CorrelatedAlert[]): Promise<void> => {
      const spans = covered.incidents.gapsIn(entitySpans(around, windowMs));
      covered.incidents.add(spans);
      if (spans.length > 0) carriers.push(...(await candidates.findCarriers(tx, spans)));
      await lockMet();
      covered.loose.add(settled(incidents(), windowMs));
    },

    /** Looks up all that incidents name which a decision lets grow into the past, and tells whether there are any. */
    findNamed: async (outcome: CorrelationOutcome): Promise<boolean> => {
      const grown = grownIntoThePast(outcome, windowMs, now).filter((id) => !fullyNamed.has(id));
      if (grown.length === 0) return false;
      for (const id of grown) fullyNamed.add(id);
      carriers.push(...(await candidates.findNamed(tx, grown)));
      covered.loose.add(settled(incidents(), windowMs));
      return true;
    },

    /** Loose alerts, beside those known, that would make a decision another one. */
    findLoose: async (
      outcome: CorrelationOutcome,
      known: readonly CorrelatedAlert[],
    ): Promise<readonly CorrelatedAlert[]> => {
      const open = covered.loose.gapsIn(leftOpen(outcome, alerts, windowMs));
      const [seeking, gathering] = [open.filter((one) => one.openersOnly), open.filter((one) => !one.openersOnly)];
      // Nothing has occurred after now: an incident that goes on is not asked about its future with each of its alerts.
      const spans = [...covered.openers.gapsIn(seeking), ...gathering].filter(({ from }) => from <= now);
      if (spans.length === 0) return [];
      covered.openers.add(seeking);
      covered.loose.add(gathering);
      const exceptIds = [...alerts, ...known].map(({ alert }) => alert.id);
      const limitRows = MOST_LOOSE_ROWS - known.length;
      return given.weigh(await candidates.findLoose(tx, spans, { exceptIds, limitRows }));
    },
  };
}
