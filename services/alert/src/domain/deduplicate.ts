import type { Alert } from '@soc/contracts';
import type { AcceptedAlert } from '@soc/contracts/alert/ingest';
import type { NormalisedAlert } from './normalise/normalised-alert.ts';

/** An alert that arrived, with the id it gets if it turns out to be new. */
export interface Arrival {
  readonly id: string;
  readonly tenantId: string;
  readonly fingerprint: string;
  readonly alert: NormalisedAlert;
}

/** Which alert stands for a fingerprint: the arrival's own id when it is new. */
export interface FingerprintClaim {
  readonly tenantId: string;
  readonly fingerprint: string;
  readonly alertId: string;
}

/** More of an alert that is there: how often, and when it happened last. News that it is over counts 0. */
export interface Repetition {
  readonly alertId: string;
  readonly count: number;
  readonly lastSeenAt: string;
}

/** An arrival and the alert it became part of. */
export interface Placement {
  readonly arrival: Arrival;
  readonly alertId: string;
}

export interface IngestPlan {
  readonly created: readonly Alert[];
  readonly repeated: readonly Repetition[];
  /** One for each arrival, in their order. */
  readonly placements: readonly Placement[];
}

const identityOf = ({ tenantId, fingerprint }: Pick<Arrival, 'tenantId' | 'fingerprint'>): string =>
  `${tenantId} ${fingerprint}`;

/** For each fingerprint the arrival that becomes an alert if none stands for it yet. */
export function firstArrivals(arrivals: readonly Arrival[]): readonly Arrival[] {
  const first = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const known = first.get(identityOf(arrival));
    // Something that happens outweighs the news that it is over, whatever the order within one payload.
    if (!known || (known.alert.resolved && !arrival.alert.resolved)) first.set(identityOf(arrival), arrival);
  }
  return [...first.values()];
}

/** Sorts arrivals into new alerts and repetitions, given which alert now stands for each fingerprint. */
export function planIngest(
  arrivals: readonly Arrival[],
  claims: readonly FingerprintClaim[],
  receivedAt: string,
): IngestPlan {
  const owners = new Map(claims.map((claim) => [identityOf(claim), claim.alertId]));
  const placements = arrivals.map((arrival) => ({ arrival, alertId: owners.get(identityOf(arrival)) ?? arrival.id }));
  const created = new Map<string, Alert>();
  const repeated = new Map<string, Repetition>();
  for (const { arrival, alertId } of placements) {
    if (alertId === arrival.id) created.set(alertId, newAlert(arrival, receivedAt));
    else repeated.set(alertId, oneMore(repeated.get(alertId), alertId, arrival.alert));
  }
  return {
    created: [...created.values()].map((alert) => withRepetition(alert, repeated.get(alert.id))),
    repeated: [...repeated.values()].filter(({ alertId }) => !created.has(alertId)),
    placements,
  };
}

const laterOf = (a: string, b: string): string => (a < b ? b : a);

function oneMore(
  known: Repetition | undefined,
  alertId: string,
  { occurredAt, resolved }: NormalisedAlert,
): Repetition {
  const count = (known?.count ?? 0) + (resolved ? 0 : 1);
  return { alertId, count, lastSeenAt: laterOf(known?.lastSeenAt ?? occurredAt, occurredAt) };
}

function withRepetition(alert: Alert, repetition: Repetition | undefined): Alert {
  if (!repetition) return alert;
  const occurrences = alert.occurrences + repetition.count;
  return { ...alert, occurrences, lastSeenAt: laterOf(alert.lastSeenAt, repetition.lastSeenAt) };
}

/** What each arrival is answered, given the alerts as they are stored now; occurrences count up along the arrivals. */
export function acceptances(placements: readonly Placement[], stored: readonly Alert[]): readonly AcceptedAlert[] {
  const alerts = new Map(stored.map((alert) => [alert.id, alert]));
  const still = new Map<string, number>();
  for (const { arrival, alertId } of placements) {
    if (!arrival.alert.resolved) still.set(alertId, (still.get(alertId) ?? 0) + 1);
  }
  return placements.map(({ arrival, alertId }) => {
    const alert = alerts.get(alertId);
    const left = (still.get(alertId) ?? 0) - (arrival.alert.resolved ? 0 : 1);
    still.set(alertId, Math.max(0, left));
    return {
      id: alertId,
      status: alert?.status ?? 'new',
      fingerprint: arrival.fingerprint,
      occurrences: Math.max(1, (alert?.occurrences ?? 1) - Math.max(0, left)),
      deduplicated: alertId !== arrival.id,
    };
  });
}

const newAlert = ({ id, tenantId, fingerprint, alert }: Arrival, receivedAt: string): Alert => ({
  id,
  tenantId,
  title: alert.title,
  description: alert.description,
  severity: alert.severity,
  status: 'new',
  source: alert.source,
  ruleId: alert.ruleId,
  ruleName: alert.ruleName,
  externalId: alert.externalId,
  fingerprint,
  occurrences: 1,
  observables: [...alert.observables],
  tactics: [...alert.tactics],
  techniques: [...alert.techniques],
  tags: [...alert.tags],
  occurredAt: alert.occurredAt,
  lastSeenAt: alert.occurredAt,
  receivedAt,
  score: null,
  suggestedVerdict: null,
  reputation: null,
  verdict: null,
  assignee: null,
  incidentId: null,
  analysedAt: null,
  enrichedAt: null,
  triagedAt: null,
  closedAt: null,
  version: 1,
});
