import { setTimeout as pause } from 'node:timers/promises';
import { type DbCluster, isDatabaseUnavailable, type Tx } from '@soc/db-cluster';
import { failureReason } from './failure-reason.ts';
import type { LetterSeal } from './letter-seal.ts';
import type { BusLog } from './log.ts';
import type { Redis } from './redis.ts';
import { readForward, type ReplayPage } from './replay-reader.ts';
import { type Piece, piecesOf, ReplayCancelled, type ReplayStepper } from './replay-step.ts';
import type { ReplayCursor, ReplaysRepository, RunningReplay } from './replays-repository.ts';
import { NonRetryableError, type Subscription } from './subscription.ts';

export interface ReplayWorker {
  /** Looks for work now. */
  readonly wake: () => void;
  readonly start: () => void;
  /** Finishes the step under way; another process or the next start goes on from there. */
  readonly stop: () => Promise<void>;
}

/** A replay another process has left is looked for this often. */
const LOOK_EVERY_MS = 5_000;
const ENTRIES_PER_STEP = 100;
const MAX_PAUSE_MS = 5_000;

interface Options {
  readonly db: DbCluster;
  readonly redis: Redis;
  readonly prefix: string;
  readonly replays: ReplaysRepository;
  readonly stepper: ReplayStepper;
  readonly seal: LetterSeal;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly log: BusLog;
  readonly now: () => Date;
}

/** Where a step stood. */
interface Place {
  readonly replayId: string;
  readonly cursor: ReplayCursor;
}

/** A handler that threw: the step is undone, and taken again event by event. */
class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly place: Place;

  constructor(cause: unknown, place: Place) {
    super(failureReason(cause), { cause });
    this.place = place;
  }
}

/**
 * Works on the replays of a service, one step a transaction. A lock is held as long as the step lasts: of several
 * processes one works on it, and when that one is killed the next goes on from the last step that was committed.
 */
export function createReplayWorker(options: Options): ReplayWorker {
  const { db, redis, prefix, replays, stepper, seal, subscriptions, log, now } = options;
  const stopping = new AbortController();
  let wakeUp = Promise.withResolvers<void>();
  let loop: Promise<void> = Promise.resolve();

  const end = async (tx: Tx, { id, type }: RunningReplay, error?: string, missingBefore?: Date): Promise<void> => {
    const state = error === undefined ? 'done' : 'failed';
    await replays.end(tx, id, { state, at: now(), ...(error !== undefined && { error }), missingBefore });
    log.info({ replayId: id, eventType: type, state }, 'replay ended');
  };

  /** Takes one step of at most `limitEvents` events, or gives up the one that `failed`. Resolves with whether there may be more. */
  const step = (limitEvents: number, failed?: StepFailure): Promise<boolean> =>
    db.tx(async (tx) => {
      const replay = await replays.take(tx);
      if (!replay) return false;
      const subscription = subscriptions.get(replay.type);
      if (!subscription) {
        await end(tx, replay, `nothing here hears ${replay.type} any more`);
        return true;
      }
      const range = { prefix, type: replay.type, toMs: replay.toMs };
      const page = await readForward(redis, range, replay.cursor, ENTRIES_PER_STEP);
      const pieces = piecesOf(subscription, seal, page.entries, replay.cursor).slice(0, limitEvents);
      const [first] = pieces;
      if (!first) await end(tx, replay, undefined, page.missingBefore);
      else if (!failed) await runStep(tx, replay, subscription, { pieces, page });
      // Another process may have taken the event meanwhile, with more luck.
      else if (isAt(replay, failed.place)) await stepper.giveUp(tx, replay, subscription, first, failureOf(failed));
      return true;
    });

  const runStep = async (
    tx: Tx,
    replay: RunningReplay,
    subscription: Subscription,
    { pieces, page }: { readonly pieces: readonly Piece[]; readonly page: ReplayPage },
  ): Promise<void> => {
    try {
      await stepper.run(tx, replay, subscription, pieces, page);
    } catch (error) {
      if (isDatabaseUnavailable(error) || error instanceof ReplayCancelled) throw error;
      throw new StepFailure(error, { replayId: replay.id, cursor: replay.cursor });
    }
  };

  /** A step that failed, one event at a time; what still fails becomes a dead letter. */
  const stepAlone = async (): Promise<void> => {
    try {
      await step(1);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      await step(1, error);
    }
  };

  const work = async (): Promise<void> => {
    let more = true;
    let alone = 0;
    while (more && !stopping.signal.aborted) {
      try {
        if (alone > 0) {
          alone -= 1;
          await stepAlone();
        } else {
          more = await step(ENTRIES_PER_STEP);
        }
      } catch (error) {
        if (error instanceof ReplayCancelled) continue;
        if (!(error instanceof StepFailure)) throw error;
        log.warn({ err: error.cause }, 'replay step failed, handling its events one by one');
        alone = ENTRIES_PER_STEP;
      }
    }
  };

  const turn = async (failures: number): Promise<number> => {
    try {
      await work();
      await Promise.race([wakeUp.promise, pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal })]);
      wakeUp = Promise.withResolvers();
      return 0;
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      log.warn({ err: error, failures: failures + 1 }, 'replay interrupted, will resume');
      const backoffMs = Math.min(100 * 2 ** failures, MAX_PAUSE_MS);
      await pause(backoffMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      return failures + 1;
    }
  };

  return {
    wake: () => wakeUp.resolve(),
    start: () => {
      const run = async (): Promise<void> => {
        for (let failures = 0; !stopping.signal.aborted;) failures = await turn(failures);
      };
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

const isAt = ({ id, cursor }: RunningReplay, place: Place): boolean =>
  id === place.replayId && cursor.id === place.cursor.id && cursor.index === place.cursor.index;

const failureOf = ({ cause, message }: StepFailure) =>
  ({ reasonCode: cause instanceof NonRetryableError ? 'not_retryable' : 'handler_failed', reason: message }) as const;
