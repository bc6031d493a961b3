import type { GroupState } from './group-state.ts';
import type { Redis } from './redis.ts';

export interface TrimBounds {
  /** Entries that every group has acknowledged stay this long, for a replay or a service that starts later. */
  readonly keepMs: number;
  /** Above this, acknowledged entries go before their time. */
  readonly maxBytes: number;
}

/** Stream ids are `<ms>-<seq>`; compared as numbers, not as text. */
function isOlder(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs === bMs ? aSeq < bSeq : aMs < bMs;
}

const bytesOf = async (redis: Redis, stream: string): Promise<number> =>
  Number(await redis.memory('USAGE', stream)) || 0;

/**
 * Drops what every group has acknowledged and what is older than it is kept, or, of a stream that is too large, the oldest
 * of what they have acknowledged. Never what a group still needs, and nothing for no groups at all. Resolves with how
 * large the stream is then.
 */
export async function trimStream(
  redis: Redis,
  stream: string,
  groups: readonly GroupState[],
  { keepMs, maxBytes, nowMs }: TrimBounds & { readonly nowMs: number },
): Promise<number> {
  const [first, ...rest] = groups.map(({ oldestNeeded }) => oldestNeeded);
  if (first === undefined) return bytesOf(redis, stream);
  const needed = rest.reduce((oldest, each) => (isOlder(each, oldest) ? each : oldest), first);
  const byAge = `${Math.max(0, nowMs - keepMs)}-0`;
  await redis.xtrim(stream, 'MINID', '~', isOlder(needed, byAge) ? needed : byAge);
  const bytes = await bytesOf(redis, stream);
  if (bytes <= maxBytes) return bytes;
  const tooMany = Math.ceil((await redis.xlen(stream)) * (1 - maxBytes / bytes));
  await redis.xtrim(stream, 'MINID', '~', needed, 'LIMIT', tooMany);
  return bytesOf(redis, stream);
}
