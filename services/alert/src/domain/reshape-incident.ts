import { type Incident, type Severity, severityRank } from '@soc/contracts';

/** What the members of an incident amount to. */
export interface MemberSummary {
  readonly alertCount: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly severities: readonly Severity[];
  readonly tactics: string[];
  readonly techniques: string[];
  readonly entities: Incident['entities'];
  readonly assetCount: number;
}

const worstOf = (severities: readonly Severity[]): Severity =>
  severities.toSorted((a, b) => severityRank(b) - severityRank(a))[0] ?? 'informational';

/** The incident as its present members tell it; a severity that a person set stays. */
export function withMembers(
  incident: Incident,
  summary: MemberSummary,
  isSeverityFixed: boolean,
  at: string,
): Incident {
  const { severities, assetCount: _, ...told } = summary;
  const severity = isSeverityFixed ? incident.severity : worstOf(severities);
  return { ...incident, ...told, severity, updatedAt: at, version: incident.version + 1 };
}

interface Found {
  readonly incident: Incident;
}

export type MergeDecision<Stored extends Found> =
  | { readonly ok: true; readonly target: Stored; readonly sources: readonly Stored[] }
  | { readonly ok: false; readonly refusal: 'not_found' | 'already_closed' | 'merged' };

/** Whether `sourceIds` can be merged into `targetId`, given the incidents that were found. */
export function decideMerge<Stored extends Found>(
  found: readonly Stored[],
  targetId: string,
  sourceIds: readonly string[],
): MergeDecision<Stored> {
  const stored = new Map(found.map((one) => [one.incident.id, one]));
  const target = stored.get(targetId);
  const sources = sourceIds.flatMap((id) => stored.get(id) ?? []);
  if (!target || sources.length < sourceIds.length) return { ok: false, refusal: 'not_found' };
  const isMerged = [target, ...sources].some(({ incident }) => incident.mergedIntoId !== undefined);
  if (isMerged) return { ok: false, refusal: 'merged' };
  if (target.incident.status === 'closed') return { ok: false, refusal: 'already_closed' };
  return { ok: true, target, sources };
}

/** An incident whose members are another's now. */
export const mergedAway = (incident: Incident, intoId: string, at: string): Incident => ({
  ...incident,
  status: 'closed',
  alertCount: 0,
  closedAt: incident.closedAt ?? at,
  updatedAt: at,
  mergedIntoId: intoId,
  version: incident.version + 1,
});

/** The incident that a split begins, before its members are counted. */
export const splitOff = (incident: Incident, id: string, title: string | undefined, at: string): Incident => ({
  ...incident,
  id,
  title: title ?? incident.title,
  status: 'open',
  verdict: null,
  assignee: null,
  locked: false,
  createdAt: at,
  updatedAt: at,
  closedAt: null,
  version: 0,
});

interface Move {
  readonly kind: 'merge' | 'split';
  readonly fromId: string;
  readonly intoId: string;
}

/** A move, and how many of its alerts are still where they went. */
export interface Returning<One extends Move> {
  readonly move: One;
  readonly returns: number;
}

export type UndoDecision<One extends Move> =
  | { readonly ok: true; readonly moves: readonly [One, ...One[]] }
  | { readonly ok: false; readonly refusal: 'nothing_to_undo' | 'already_closed' | 'merged' | 'left_empty' };

/**
 * Whether what was done to incidents last can be taken back: as long as the incident that has the alerts now is open, and so is
 * the one they are to return to after a split. What has nothing left to get back stays merged; nobody is left without alerts.
 */
export function decideUndo<One extends Move>(
  returning: readonly Returning<One>[],
  stored: ReadonlyMap<string, Found>,
): UndoDecision<One> {
  const moves = returning.map(({ move }) => move);
  if (moves.length === 0) return { ok: false, refusal: 'nothing_to_undo' };
  const holders = moves.flatMap(({ kind, fromId, intoId }) => (kind === 'split' ? [fromId, intoId] : [intoId]));
  const incidents = holders.map((id) => stored.get(id)?.incident);
  if (incidents.some((incident) => incident?.mergedIntoId !== undefined)) return { ok: false, refusal: 'merged' };
  if (incidents.some((incident) => incident?.status === 'closed')) return { ok: false, refusal: 'already_closed' };
  const given = returning.filter(({ returns }) => returns > 0);
  const [first, ...others] = given.map(({ move }) => move);
  const isEmptied = ({ kind, intoId }: Move): boolean => {
    const lost = given.reduce((sum, { move, returns }) => sum + (move.intoId === intoId ? returns : 0), 0);
    return kind === 'merge' && lost >= (stored.get(intoId)?.incident.alertCount ?? 0);
  };
  if (!first || [first, ...others].some(isEmptied)) return { ok: false, refusal: 'left_empty' };
  return { ok: true, moves: [first, ...others] };
}

/** An incident that has been merged away, as it stood before, still without its members. */
export function restored(
  { mergedIntoId: _, ...incident }: Incident,
  before: { readonly statusBefore: Incident['status'] | null; readonly closedBefore: string | null },
): Incident {
  return { ...incident, status: before.statusBefore ?? 'open', closedAt: before.closedBefore };
}
