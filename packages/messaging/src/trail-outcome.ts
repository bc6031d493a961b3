import type { TrailEntry, TrailKind, TrailOutcome } from '@soc/contracts';

const OUTCOME_OF: Readonly<Partial<Record<TrailKind, TrailOutcome>>> = {
  handled: 'handled',
  ignored: 'ignored',
  failed: 'retrying',
  refused: 'dead',
  buried: 'dead',
  replayed: 'replayed',
  discarded: 'discarded',
};

/** What the entries of one service say of an event: when it was published, how its delivery stands, after how many tries. */
export function summariseTrail(entries: readonly TrailEntry[]): {
  readonly publishedAt: string | null;
  readonly outcome: TrailOutcome | null;
  readonly attempts: number;
} {
  const count = (...kinds: readonly TrailKind[]): number => entries.filter(({ kind }) => kinds.includes(kind)).length;
  const ends = entries.flatMap(({ kind }) => OUTCOME_OF[kind] ?? []);
  const buriedAfter = entries.map(({ kind, attempt }) => (kind === 'buried' ? (attempt ?? 0) : 0));
  return {
    publishedAt: entries.find(({ kind }) => kind === 'published')?.at ?? null,
    outcome: ends.at(-1) ?? null,
    attempts: Math.max(count('failed'), ...buriedAfter) + count('handled', 'replayed', 'replay_failed'),
  };
}
