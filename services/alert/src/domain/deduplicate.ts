import type { Alert } from '@soc/contracts';
import type { AcceptedAlert } from '@soc/contracts/alert/ingest';
import type { Near } from './deduplication/near-duplicates.ts';
import type { NormalisedAlert } from './normalise/normalised-alert.ts';

/** An alert that arrived, with the id it gets if it turns out to be new. */
export interface Arrival {
  readonly id: string;
  readonly tenantId: string;
  readonly fingerprint: string;
  /** The suppression that hides it. What is hidden is the same only as what the same suppression hides. */
  readonly suppressedBy: string | null;
  readonly alert: NormalisedAlert;
  /** How long it absorbs others if it becomes an alert. */
  readonly windowS: number;
  /** The alert that it nearly repeats. */
  readonly near?: Near | undefined;
}

/** What an arrival claims its fingerprint for. */
export interface Claiming {
  readonly tenantId: string;
  readonly name: string;
  readonly alertId: string;
  readonly expiresAt: string;
  readonly eventAt: string;
  readonly hasHappened: boolean;
  readonly nearDistance: number | null;
}

/** Which alert stands for a fingerprint: the arrival's own id when it is new. */
export interface FingerprintClaim {
  readonly tenantId: string;
  /** As `claimedName` makes it. */
  readonly name: string;
  readonly alertId: string;
  /** False while all that was heard of it is that it is over. */
  readonly hasHappened: boolean;
  /** Of a near-duplicate, how many bits of simhash it differs in. */
  readonly nearDistance: number | null;
}

/** By event time, the latest that it happened and the latest that it was over, as far as some arrivals tell. */
export interface Course {
  readonly firedAt: string | null;
  readonly overAt: string | null;
}

/**
 * More of an alert that is there: how often, and when it happened last. News that it is over counts 0, unless such news is
 * all there is.
 */
export interface Repetition {
  readonly alertId: string;
  readonly count: number;
  readonly lastSeenAt: string;
  readonly course: Course;
}

/** An arrival and the alert it became part of. */
export interface Placement {
  readonly arrival: Arrival;
  readonly alertId: string;
  /** Whether it counts as an occurrence. */
  readonly counts: boolean;
  readonly nearDistance: number | null;
}

export interface IngestPlan {
  readonly created: readonly Alert[];
  /** Those of them of which nothing was heard but that they are over. */
  readonly neverFired: ReadonlySet<string>;
  readonly repeated: readonly Repetition[];
  /** One for each arrival, in their order. */
  readonly placements: readonly Placement[];
}

/**
 * What an arrival claims: its fingerprint, and what hides it. So an alert that arrives once a suppression is over is a new one
 * that everybody hears of, though the window of the hidden one is still open. No client can send the name: a fingerprint that is
 * sent begins with no space.
 */
export const claimedName = ({ fingerprint, suppressedBy }: Pick<Arrival, 'fingerprint' | 'suppressedBy'>): string =>
  suppressedBy === null ? fingerprint : ` ${fingerprint} hidden by ${suppressedBy}`;

const identityOf = (arrival: Arrival): string => `${arrival.tenantId} ${claimedName(arrival)}`;

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

/** What an arrival claims; a near-duplicate claims for the alert it nearly repeats, as long as that stands for its own kind. */
export function claimingOf(arrival: Arrival, at: Date): Claiming {
  const { id, tenantId, alert, windowS, near } = arrival;
  const ownExpiry = new Date(at.getTime() + (alert.resolved ? 0 : windowS * 1_000)).toISOString();
  return {
    tenantId,
    name: claimedName(arrival),
    alertId: near?.alertId ?? id,
    expiresAt: near?.expiresAt ?? ownExpiry,
    eventAt: alert.occurredAt,
    hasHappened: !alert.resolved,
    nearDistance: near?.distance ?? null,
  };
}

const latest = (a: string | null, b: string | null): string | null => (a === null ? b : b === null ? a : laterOf(a, b));

function coursesOf(placements: readonly Placement[]): ReadonlyMap<string, Course> {
  const courses = new Map<string, Course>();
  for (const { alertId, arrival, nearDistance } of placements) {
    const { resolved, occurredAt } = arrival.alert;
    const { firedAt = null, overAt = null } = courses.get(alertId) ?? {};
    courses.set(alertId, {
      firedAt: resolved ? firedAt : latest(firedAt, occurredAt),
      // That something nearly the same is over says nothing of the alert that stands for both.
      overAt: resolved && nearDistance === null ? latest(overAt, occurredAt) : overAt,
    });
  }
  return courses;
}

/** Since when it is over: what happened before the news came, by event time, does not undo it. */
const resolvedAtOf = ({ firedAt, overAt }: Course): string | null =>
  overAt !== null && (firedAt === null || overAt >= firedAt) ? overAt : null;

const SILENT: Course = { firedAt: null, overAt: null };

/** Sorts arrivals into new alerts and repetitions, given which alert now stands for each fingerprint. */
export function planIngest(
  arrivals: readonly Arrival[],
  claims: readonly FingerprintClaim[],
  receivedAt: string,
): IngestPlan {
  const owners = new Map(claims.map((claim) => [`${claim.tenantId} ${claim.name}`, claim]));
  const placements = arrivals.map((arrival) => {
    const claim = owners.get(identityOf(arrival));
    return {
      arrival,
      alertId: claim?.alertId ?? arrival.id,
      counts: !arrival.alert.resolved || claim?.hasHappened === false,
      nearDistance: claim?.nearDistance ?? null,
    };
  });
  const courses = coursesOf(placements);
  const courseOf = (alertId: string): Course => courses.get(alertId) ?? SILENT;
  const created = new Map<string, Alert>();
  const repeated = new Map<string, Repetition>();
  for (const placement of placements) {
    const { arrival, alertId } = placement;
    if (alertId === arrival.id) created.set(alertId, newAlert(arrival, courseOf(alertId), receivedAt));
    else repeated.set(alertId, oneMore(repeated.get(alertId), placement, courseOf(alertId)));
  }
  return {
    created: [...created.values()].map((alert) => withRepetition(alert, repeated.get(alert.id))),
    neverFired: new Set([...created.keys()].filter((id) => courseOf(id).firedAt === null)),
    repeated: [...repeated.values()].filter(({ alertId }) => !created.has(alertId)),
    placements,
  };
}

const laterOf = (a: string, b: string): string => (a < b ? b : a);

function oneMore(known: Repetition | undefined, { arrival, alertId, counts }: Placement, course: Course): Repetition {
  const { occurredAt } = arrival.alert;
  const count = (known?.count ?? 0) + (counts ? 1 : 0);
  return { alertId, count, lastSeenAt: laterOf(known?.lastSeenAt ?? occurredAt, occurredAt), course };
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
  for (const { alertId, counts } of placements) {
    if (counts) still.set(alertId, (still.get(alertId) ?? 0) + 1);
  }
  return placements.map(({ arrival, alertId, counts, nearDistance }) => {
    const alert = alerts.get(alertId);
    const left = (still.get(alertId) ?? 0) - (counts ? 1 : 0);
    still.set(alertId, Math.max(0, left));
    return {
      id: alertId,
      status: alert?.status ?? 'new',
      fingerprint: arrival.fingerprint,
      occurrences: Math.max(1, (alert?.occurrences ?? 1) - Math.max(0, left)),
      deduplicated: alertId !== arrival.id,
      ...(nearDistance !== null && { nearDistance }),
    };
  });
}

const newAlert = (
  { id, tenantId, fingerprint, suppressedBy, alert }: Arrival,
  course: Course,
  receivedAt: string,
): Alert => ({
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
  suppressedBy,
  resolvedAt: resolvedAtOf(course),
  analysedAt: null,
  enrichedAt: null,
  triagedAt: null,
  closedAt: null,
  version: 1,
});
