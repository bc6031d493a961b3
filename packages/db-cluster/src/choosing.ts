import type { LogPosition, Lsn } from './lsn.ts';

/** What the choice among replicas looks at. */
export interface Candidate {
  /** The timeline the replica has certainly reached. */
  readonly timeline: number;
  readonly replayed: Lsn;
  readonly lagBytes: number;
  readonly lagS: number;
  /** Connections in use and callers that wait for one. */
  readonly load: number;
}

export interface Bounds {
  readonly maxLagBytes: number;
  readonly maxLagS: number;
  /** Only what has replayed this may answer. */
  readonly atLeast?: LogPosition | undefined;
}

/**
 * Whether a replica has the write that a position stands for. Positions compare only along one history: a replica may be
 * further in bytes and yet lack the write while it is still on the timeline that has ended, so its timeline must be known
 * to be the position's or a later one.
 */
export const covers = (replica: Pick<Candidate, 'timeline' | 'replayed'>, position: LogPosition): boolean =>
  replica.timeline >= position.timeline && replica.replayed >= position.lsn;

export const isWithinLag = ({ lagBytes, lagS }: Pick<Candidate, 'lagBytes' | 'lagS'>, bounds: Bounds): boolean =>
  lagBytes <= bounds.maxLagBytes && lagS <= bounds.maxLagS;

/** The least loaded replica within the bounds; undefined means that none qualifies. Equals take turns by `turn`. */
export function chooseReplica<C extends Candidate>(
  candidates: readonly C[],
  bounds: Bounds,
  turn: number,
): C | undefined {
  let best: C | undefined;
  for (let offset = 0; offset < candidates.length; offset += 1) {
    const candidate = candidates[(turn + offset) % candidates.length];
    if (!candidate || !isWithinLag(candidate, bounds)) continue;
    if (bounds.atLeast && !covers(candidate, bounds.atLeast)) continue;
    if (!best || candidate.load < best.load) best = candidate;
  }
  return best;
}
