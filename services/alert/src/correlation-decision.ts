import type { Alert } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { CandidateRepository } from './candidate-repository.ts';
import { correlate, type CorrelationOutcome, mayOpen } from './domain/correlation/correlate.ts';
import { type CorrelatedAlert, toCorrelated } from './domain/correlation/correlated-alert.ts';
import type { CorrelationSettings } from './domain/correlation/desk.ts';
import { type EntitySpan, entitySpans, storySpans } from './domain/correlation/entity-spans.ts';
import type { KnownIncident } from './domain/correlation/story.ts';
import type { IncidentRepository } from './incident-repository.ts';

/**
 * Loose alerts looked at per entity, the latest: enough to find partners, and a bound for an entity that is in everything.
 * An incident that opens gathers more, once.
 */
const LOOSE_PER_ENTITY = { toOpen: 100, toGather: 2_000 };

export type CorrelationDecision = (
  tx: Tx,
  tenantId: string,
  alerts: readonly Alert[],
  at: Date,
) => Promise<CorrelationOutcome>;

/**
 * Loads what a decision about freshly analysed alerts needs and takes it. Where that opens incidents around entities with
 * many loose alerts, it decides again knowing all of them. Stores nothing.
 */
export function createCorrelationDecision(given: {
  readonly candidates: CandidateRepository;
  readonly incidents: IncidentRepository;
  readonly settings: CorrelationSettings;
}): CorrelationDecision {
  const { candidates, incidents, settings } = given;

  const findLoose = async (
    tx: Tx,
    spans: readonly EntitySpan[],
    except: readonly CorrelatedAlert[],
    limitPerEntity: number,
  ): Promise<readonly CorrelatedAlert[]> => {
    if (spans.length === 0) return [];
    const exceptIds = except.map(({ alert }) => alert.id);
    return (await candidates.findLoose(tx, spans, { exceptIds, limitPerEntity })).map(toCorrelated);
  };

  const load = async (tx: Tx, tenantId: string, alerts: readonly CorrelatedAlert[]) => {
    const placeable = alerts.filter(({ alert }) => alert.incidentId === null && alert.status !== 'closed');
    const spans = entitySpans(placeable, settings.windowMs);
    const carriers = spans.length === 0 ? [] : await candidates.findCarriers(tx, spans);
    const carriersOf = Map.groupBy(carriers, ({ incidentId }) => incidentId);
    const ids = new Set([...carriersOf.keys(), ...alerts.flatMap(({ alert }) => alert.incidentId ?? [])]);
    const stored = ids.size === 0 ? [] : await incidents.lock(tx, tenantId, [...ids]);
    const known = stored.map((one): KnownIncident => {
      const its = carriersOf.get(one.incident.id) ?? [];
      return { ...one, carriers: new Map(its.map(({ key, alertId }) => [key, alertId])) };
    });
    // Where an incident can be joined, its loose neighbours have joined it already.
    const told = new Set(known.filter(({ incident }) => !incident.locked).flatMap((one) => [...one.carriers.keys()]));
    const seekers = placeable.filter(({ alert, links }) => mayOpen(alert) || links.some(({ key }) => told.has(key)));
    const untold = entitySpans(seekers, settings.windowMs).filter(({ key }) => !told.has(key));
    const loose = await findLoose(tx, untold, alerts, LOOSE_PER_ENTITY.toOpen);
    return { known, loose };
  };

  return async (tx, tenantId, analysed, at) => {
    const alerts = analysed.map(toCorrelated);
    const { known, loose } = await load(tx, tenantId, alerts);
    const newId = (): string => uuidv7(at.getTime());
    const told = { alerts, incidents: known, settings, newId, at: at.toISOString() };
    const outcome = correlate({ ...told, loose });
    const opened = outcome.stories.filter((story) => !story.known);
    // The alerts themselves were among those looked at.
    const isComplete = loose.length + alerts.length < LOOSE_PER_ENTITY.toOpen;
    if (opened.length === 0 || isComplete) return outcome;
    const spans = opened.flatMap((story) => storySpans(story, settings.windowMs));
    const all = await findLoose(tx, spans, [...alerts, ...loose], LOOSE_PER_ENTITY.toGather);
    return correlate({ ...told, loose: [...loose, ...all] });
  };
}
