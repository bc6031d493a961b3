import type { Alert, CorrelationReason, Incident } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { CorrelationDecision } from './correlation-decision.ts';
import type { CorrelationOutcome } from './domain/correlation/correlate.ts';
import type { Story } from './domain/correlation/story.ts';
import { changedFields } from './domain/incident-change.ts';
import type { IncidentRepository } from './incident-repository.ts';
import type { MemberRepository } from './member-repository.ts';
import type { MoveRepository } from './move-repository.ts';
import type { RiskIncidents } from './risk-incidents.ts';
import type { TimelineRepository } from './timeline-repository.ts';

/** What correlation did to incidents, and where alerts belong now. */
export interface Correlated {
  /** Alerts that are in another incident than before, those of merged incidents included. */
  readonly incidentOf: ReadonlyMap<string, string>;
  readonly opened: readonly {
    readonly incident: Incident;
    readonly alertIds: readonly string[];
    readonly reasons: readonly CorrelationReason[];
  }[];
  readonly updated: readonly {
    readonly incident: Incident;
    readonly changed: readonly string[];
    readonly addedAlertIds: readonly string[];
  }[];
}

export type Correlation = (tx: Tx, tenantId: string, alerts: readonly Alert[]) => Promise<Correlated>;

const UNTOUCHED = { isTitleFixed: false, isSeverityFixed: false, isKeptApart: false };

/**
 * Finds the incidents that freshly analysed alerts belong to and stores them with their members and reasons. The caller
 * holds the tenant's lock, stores the alerts, and publishes.
 */
export function createCorrelation(given: {
  readonly decide: CorrelationDecision;
  readonly openByRisk: RiskIncidents;
  readonly incidents: IncidentRepository;
  readonly members: MemberRepository;
  readonly moves: MoveRepository;
  readonly timeline: TimelineRepository;
  readonly now: () => Date;
}): Correlation {
  const { decide, openByRisk, incidents, members, moves, timeline, now } = given;

  const save = async (tx: Tx, { stories, absorbed }: CorrelationOutcome, at: string): Promise<void> => {
    const of = ({ incident }: Story) => ({ tenantId: incident.tenantId, incidentId: incident.id });
    await incidents.save(tx, [
      ...stories.map(({ incident, assetCount, known }) => ({
        incident,
        assetCount,
        isTitleFixed: known?.isTitleFixed ?? false,
        isSeverityFixed: known?.isSeverityFixed ?? false,
        isKeptApart: known?.isKeptApart ?? false,
      })),
      // Only what nobody has touched is absorbed.
      ...absorbed.map(({ incident }) => ({ ...UNTOUCHED, incident, assetCount: 0 })),
    ]);
    await members.add(
      tx,
      stories.flatMap((story) => story.members.map((member) => ({ ...member, ...of(story) }))),
      at,
    );
    await members.nameEntities(
      tx,
      stories.flatMap((story) => [...story.named.values()].map((entity) => ({ ...entity, ...of(story) }))),
    );
  };

  const tell = (tx: Tx, { stories, absorbed }: CorrelationOutcome, at: string): Promise<void> => {
    const entry = { alertId: null, at, actor: null };
    return timeline.add(tx, [
      ...stories
        .filter(({ known }) => !known)
        .map(({ incident: { id, tenantId }, members: { length } }) => ({
          ...entry,
          id: uuidv7(Date.parse(at)),
          tenantId,
          incidentId: id,
          kind: 'opened' as const,
          summary: `opened with ${length} alerts`,
          data: {},
        })),
      ...absorbed.map(({ incident: { id, tenantId, title }, intoId }) => ({
        ...entry,
        id: uuidv7(Date.parse(at)),
        tenantId,
        incidentId: intoId,
        kind: 'merged' as const,
        summary: `took over "${title}": an alert belongs to both`,
        data: { incidentId: id },
      })),
    ]);
  };

  return async (tx, tenantId, alerts) => {
    const at = now();
    const decided = await decide(tx, tenantId, alerts, at);
    const byRisk = await openByRisk(tx, alerts, decided, at);
    const outcome = { ...decided, stories: [...decided.stories, ...byRisk] };
    await save(tx, outcome, at.toISOString());
    const moved = new Map<string, string>();
    for (const { incident, intoId } of outcome.absorbed) {
      const alertIds = await members.moveAll(tx, [incident.id], intoId);
      for (const id of alertIds) moved.set(id, intoId);
      const move = { id: uuidv7(at.getTime()), reshapeId: uuidv7(at.getTime()), kind: 'merge' as const, alertIds };
      // Only what nobody has touched is absorbed.
      const before = { statusBefore: 'open' as const, closedBefore: null, actor: null, at: at.toISOString() };
      await moves.add(tx, [{ ...move, ...before, tenantId, fromId: incident.id, intoId }]);
    }
    await tell(tx, outcome, at.toISOString());
    return correlatedOf(outcome, moved);
  };
}

function correlatedOf({ stories, absorbed }: CorrelationOutcome, moved: ReadonlyMap<string, string>): Correlated {
  const joined = stories.flatMap(({ incident, members }) =>
    members.map(({ alertId }) => [alertId, incident.id] as const),
  );
  const updated = stories.flatMap(({ known, incident, members }) => {
    if (!known) return [];
    const addedAlertIds = [
      ...members.map(({ alertId }) => alertId),
      ...[...moved].filter(([, intoId]) => intoId === incident.id).map(([alertId]) => alertId),
    ];
    return [{ incident, changed: changedFields(known.incident, incident), addedAlertIds }];
  });
  return {
    incidentOf: new Map([...moved, ...joined]),
    opened: stories.flatMap(({ known, incident, members }) =>
      known
        ? []
        : [
            {
              incident,
              alertIds: members.map(({ alertId }) => alertId),
              reasons: members.flatMap(({ reasons }) => reasons),
            },
          ],
    ),
    updated: [
      ...updated,
      ...absorbed.map(({ incident }) => ({
        incident,
        changed: ['status', 'closedAt', 'alertCount', 'mergedIntoId'],
        addedAlertIds: [],
      })),
    ],
  };
}
