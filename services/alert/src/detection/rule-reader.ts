import { createTurns } from './turns.ts';
import { DetectionThreadError, startThread } from './thread.ts';
import type { ReadingResult, ReadingTask } from './thread-protocol.ts';

const THREAD = new URL('reading.thread.ts', import.meta.url);

/** What reading may take: the 3,563 rules of SigmaHQ need a tenth of either. */
const LIMITS = { heapMb: 768, answerMs: 60_000 };

/** What waits holds what was sent, up to 16 MiB each. */
const TURNS = { atOnce: 2, ofTenant: 1, waiting: 8, waitingOfTenant: 2 };

export type ReadOutcome =
  | { readonly ok: true; readonly result: ReadingResult }
  | { readonly ok: false; readonly reason: string };

/** Refuses with 429 where too much waits to be read already. */
export type RuleReader = (tenantId: string, task: ReadingTask) => Promise<ReadOutcome>;

/**
 * Reads rules in a thread of their own, bounded in memory and time: an archive made to hurt costs that thread, and requests go on
 * beside the work of an honest one. One of a tenant at a time, so that it does not cost other tenants their turn either.
 */
export function createRuleReader(): RuleReader {
  const inTurn = createTurns(TURNS);
  return (tenantId, task) => inTurn(tenantId, () => readInThread(task));
}

async function readInThread(task: ReadingTask): Promise<ReadOutcome> {
  const thread = startThread(THREAD, task, LIMITS);
  try {
    // reading.thread.ts begins with its one answer.
    return { ok: true, result: (await thread.ready) as ReadingResult };
  } catch (error) {
    if (!(error instanceof DetectionThreadError)) throw error;
    return { ok: false, reason: error.message };
  } finally {
    await thread.end();
  }
}
