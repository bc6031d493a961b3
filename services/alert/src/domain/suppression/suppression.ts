import {
  type Suppression,
  SUPPRESSION_MAX_DAYS,
  type SuppressionStatus,
  type UpdateSuppressionBody,
} from '@soc/contracts/alert/suppressions';

const DAY_MS = 86_400_000;

/** Most of a tenant in force at a time: every alert that arrives is held against each. */
export const SUPPRESSIONS_IN_FORCE = 500;

/** Most patterns of those together: titles, names of rules and observables, which are compared one by one. */
export const PATTERNS_IN_FORCE = 5_000;

/** How many patterns conditions hold. */
export const patternsOf = ({ title, ruleName, observables }: Suppression['conditions']): number =>
  (title?.length ?? 0) + (ruleName?.length ?? 0) + (observables?.length ?? 0);

/** What a tenant has in force beside the one that is looked at. */
export interface InForceAlready {
  readonly count: number;
  readonly patterns: number;
}

interface RoomFault {
  readonly refusal: 'too_many' | 'too_many_patterns';
  readonly detail: string;
}

/** Why there is no room for one more in force; undefined where there is. */
export function roomFault(already: InForceAlready, conditions: Suppression['conditions']): RoomFault | undefined {
  if (already.count >= SUPPRESSIONS_IN_FORCE) {
    return { refusal: 'too_many', detail: `at most ${SUPPRESSIONS_IN_FORCE} are in force at a time` };
  }
  const own = patternsOf(conditions);
  const patterns = already.patterns + own;
  if (own === 0 || patterns <= PATTERNS_IN_FORCE) return undefined;
  const detail = `with body.conditions ${patterns} patterns of title, ruleName and observables would be in force; at most ${PATTERNS_IN_FORCE} are`;
  return { refusal: 'too_many_patterns', detail };
}

/** What is wrong with an expiry, if anything is. */
export function expiryFault(expiresAt: string, at: Date): string | undefined {
  const leftMs = Date.parse(expiresAt) - at.getTime();
  if (leftMs <= 0) return 'must be in the future';
  return leftMs > SUPPRESSION_MAX_DAYS * DAY_MS ? `must be within ${SUPPRESSION_MAX_DAYS} days` : undefined;
}

/** How it stands at a moment. */
export function statusOf(
  { endedAt, expiresAt }: Pick<Suppression, 'endedAt' | 'expiresAt'>,
  at: Date,
): SuppressionStatus {
  if (endedAt !== null) return 'ended';
  return Date.parse(expiresAt) > at.getTime() ? 'active' : 'expired';
}

export type SuppressionDecision =
  | { readonly ok: true; readonly suppression: Suppression }
  | { readonly ok: false; readonly refusal: 'already_ended' | 'version_conflict' };

/** What a person changes about a suppression; one that was ended changes no more. */
export function updateSuppression(
  suppression: Suppression,
  { version, ...wanted }: UpdateSuppressionBody,
  by: string,
  at: Date,
): SuppressionDecision {
  if (suppression.endedAt !== null) return { ok: false, refusal: 'already_ended' };
  if (version !== undefined && version !== suppression.version) return { ok: false, refusal: 'version_conflict' };
  const changed = {
    ...suppression,
    name: wanted.name ?? suppression.name,
    owner: wanted.owner ?? suppression.owner,
    reason: wanted.reason ?? suppression.reason,
    conditions: wanted.conditions ?? suppression.conditions,
    expiresAt: wanted.expiresAt ?? suppression.expiresAt,
    updatedAt: at.toISOString(),
    updatedBy: by,
    version: suppression.version + 1,
  };
  return { ok: true, suppression: { ...changed, status: statusOf(changed, at) } };
}

/** Ends it for good. */
export function endSuppression(suppression: Suppression, by: string, at: Date): SuppressionDecision {
  if (suppression.endedAt !== null) return { ok: false, refusal: 'already_ended' };
  const time = at.toISOString();
  const ended = { endedAt: time, updatedAt: time, updatedBy: by, version: suppression.version + 1 };
  return { ok: true, suppression: { ...suppression, ...ended, status: 'ended' } };
}

/** The span of event time a preview looks at: the seven days before `to`, or before now; undefined when it is none. */
export function previewSpan(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  at: Date,
): { readonly from: string; readonly to: string } | undefined {
  const toMs = to === undefined ? at.getTime() : Date.parse(to);
  const fromMs = from === undefined ? toMs - 7 * DAY_MS : Date.parse(from);
  if (fromMs >= toMs || toMs - fromMs > SUPPRESSION_MAX_DAYS * DAY_MS) return undefined;
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
