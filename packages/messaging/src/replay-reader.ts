import { type Redis, streamKey } from './redis.ts';
import type { ReplayCursor } from './replays-repository.ts';

/** One entry of a stream, as it lies there. */
export interface ReplayEntry {
  readonly id: string;
  readonly body: Buffer;
}

export interface ReplayPage {
  /** After the cursor, oldest first. */
  readonly entries: readonly ReplayEntry[];
  /** When entries of the range are no longer there: the time of the oldest that is, or the end of the range. */
  readonly missingBefore: Date | undefined;
}

const LAST_SEQUENCE = '18446744073709551615';

/** The place before every entry of this time. */
export const placeBefore = (unixMs: number): ReplayCursor => ({
  id: `${Math.max(0, unixMs - 1)}-${LAST_SEQUENCE}`,
  index: 0,
});

const entryMs = (id: string): number => Number(id.split('-')[0]);

interface StreamFacts {
  /** Whether entries were ever taken off. */
  readonly isTrimmed: boolean;
  /** Undefined where the stream is empty. */
  readonly oldestMs: number | undefined;
  readonly newestEverMs: number;
}

async function factsOf(redis: Redis, stream: string): Promise<StreamFacts> {
  const info: unknown = await redis.xinfo('STREAM', stream).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('no such key')) return [];
    throw error;
  });
  const pairs: readonly unknown[] = Array.isArray(info) ? info : [];
  const valueOf = (name: string): unknown => pairs[pairs.indexOf(name) + 1];
  if (pairs.length === 0) return { isTrimmed: false, oldestMs: undefined, newestEverMs: 0 };
  const oldest = valueOf('first-entry');
  return {
    isTrimmed: Number(valueOf('entries-added')) > Number(valueOf('length')),
    oldestMs: Array.isArray(oldest) ? entryMs(String(oldest[0])) : undefined,
    newestEverMs: entryMs(String(valueOf('last-generated-id'))),
  };
}

/** Reads the entries of a stream after `cursor` and before `toMs`, at most `limitEntries`, and tells whether any is missing. */
export async function readForward(
  redis: Redis,
  range: { readonly prefix: string; readonly type: string; readonly toMs: number },
  cursor: ReplayCursor,
  limitEntries: number,
): Promise<ReplayPage> {
  const stream = streamKey(range.prefix, range.type);
  // With the entry that was done last: when that is gone, others may be gone behind it.
  const raw = await redis.xrangeBuffer(stream, cursor.id, `(${range.toMs}-0`, 'COUNT', limitEntries + 1);
  const found = raw.flatMap(([id, [, body]]): ReplayEntry[] => (body ? [{ id: id.toString(), body }] : []));
  if (found[0]?.id === cursor.id) return { entries: found.slice(1), missingBefore: undefined };

  const { isTrimmed, oldestMs, newestEverMs } = await factsOf(redis, stream);
  const cursorMs = entryMs(cursor.id);
  const isAllThere = !isTrimmed || newestEverMs <= cursorMs || (oldestMs !== undefined && oldestMs <= cursorMs);
  return {
    entries: found.slice(0, limitEntries),
    missingBefore: isAllThere ? undefined : new Date(Math.min(oldestMs ?? range.toMs, range.toMs)),
  };
}
