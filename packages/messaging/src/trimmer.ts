import type { BusLog } from './log.ts';
import type { Redis } from './redis.ts';

/** Handled events stay this long, for a service that starts later. */
const KEEP_MS = 60 * 60 * 1000;
const EVERY_MS = 60_000;

/** Stream ids are `<ms>-<seq>`; compared as numbers, not as text. */
function isOlder(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs === bMs ? aSeq < bSeq : aMs < bMs;
}

async function oldestNeeded(redis: Redis, stream: string, group: Map<string, unknown>): Promise<string> {
  const pending: unknown = await redis.xpending(stream, String(group.get('name')));
  const oldestPending: unknown = Array.isArray(pending) ? pending[1] : undefined;
  return typeof oldestPending === 'string' ? oldestPending : String(group.get('last-delivered-id'));
}

/** Drops what every group has acknowledged and is older than an hour; never what a group still needs. */
export async function trimStream(redis: Redis, stream: string, nowMs: number): Promise<number> {
  const groups: unknown = await redis.xinfo('GROUPS', stream).catch(() => []);
  if (!Array.isArray(groups) || groups.length === 0) return 0;
  let minId = `${nowMs - KEEP_MS}-0`;
  for (const flat of groups) {
    const pairs = Array.isArray(flat) ? flat : [];
    const group = new Map<string, unknown>();
    for (let index = 0; index < pairs.length; index += 2) group.set(String(pairs[index]), pairs[index + 1]);
    const needed = await oldestNeeded(redis, stream, group);
    if (isOlder(needed, minId)) minId = needed;
  }
  return redis.xtrim(stream, 'MINID', '~', minId);
}

/** Trims the streams a service owns once a minute. */
export function startTrimming(options: {
  readonly redis: Redis;
  readonly streams: readonly string[];
  readonly now: () => Date;
  readonly log: BusLog;
}): { readonly stop: () => void } {
  const { redis, streams, now, log } = options;
  const trim = async (): Promise<void> => {
    for (const stream of streams) await trimStream(redis, stream, now().getTime());
  };
  const timer = setInterval(() => {
    trim().catch((error: unknown) => log.warn({ err: error }, 'streams not trimmed'));
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
