import { setTimeout as pause } from 'node:timers/promises';
import { DetectionThreadError, startThread } from './thread.ts';
import type { ReadingResult, ReadingTask } from './thread-protocol.ts';

const THREAD = new URL('reading.thread.ts', import.meta.url);

/** What reading may take: the 3,563 rules of SigmaHQ need a tenth of either. */
const LIMITS = { heapMb: 768, timeoutMs: 60_000 };

export type ReadOutcome =
  | { readonly ok: true; readonly result: ReadingResult }
  | { readonly ok: false; readonly reason: string };

export type RuleReader = (task: ReadingTask) => Promise<ReadOutcome>;

/**
 * Reads rules in a thread of their own, bounded in memory and time: an archive made to hurt costs that thread, and requests go on
 * beside the work of an honest one. One at a time.
 */
export function createRuleReader(limits = LIMITS): RuleReader {
  let last: Promise<unknown> = Promise.resolve();
  const read = async (task: ReadingTask): Promise<ReadOutcome> => {
    const thread = startThread(THREAD, task, limits.heapMb);
    const overdue = new AbortController();
    try {
      const tooLong = pause(limits.timeoutMs, undefined, { signal: overdue.signal }).then(() => {
        throw new DetectionThreadError(`reading takes more than ${limits.timeoutMs / 1_000} s`);
      });
      // reading.thread.ts begins with its one answer.
      const result = (await Promise.race([thread.ready, tooLong])) as ReadingResult;
      return { ok: true, result };
    } catch (error) {
      if (!(error instanceof DetectionThreadError)) throw error;
      return { ok: false, reason: error.message };
    } finally {
      overdue.abort();
      await thread.end();
    }
  };
  return (task) => {
    const reading = last.then(() => read(task));
    last = reading.catch(() => undefined);
    return reading;
  };
}
