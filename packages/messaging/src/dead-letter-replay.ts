import type { BusActor, DeadLetter, DeadLetterFilter, DeadLetterReason } from '@soc/contracts';
import { type DbCluster, isDatabaseUnavailable, type Tx } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { BusRepository } from './bus-repository.ts';
import type { DeadLettersRepository } from './dead-letters-repository.ts';
import { failureReason } from './failure-reason.ts';
import type { HandlerRunner } from './handler-runner.ts';
import type { LetterSeal } from './letter-seal.ts';
import type { BusLog } from './log.ts';
import { type ReadEvent, readForReplay } from './replayable.ts';
import { NonRetryableError, type Subscription } from './subscription.ts';

export type ReplayRefusal = 'not_found' | 'settled' | 'busy' | 'not_replayable';

export type LetterReplayResult =
  | {
      readonly ok: true;
      readonly outcome: 'replayed' | 'already_done' | 'failed';
      readonly letter: DeadLetter;
    }
  | { readonly ok: false; readonly refusal: ReplayRefusal; readonly reason?: string };

export interface LetterReplayer {
  /**
   * Runs the handler again in a transaction that also settles the letter: whoever replays it how often, and whatever dies
   * in between, its effect happens once. A letter whose handler fails stays, with the new reason.
   */
  readonly replay: (eventId: string, by: BusActor) => Promise<LetterReplayResult>;
  /** One after the other, the oldest failure first, until `limitLetters` or `withinMs` are reached. */
  readonly replayAll: (
    filter: DeadLetterFilter,
    by: BusActor,
    bounds: { readonly limitLetters: number; readonly withinMs: number },
  ) => Promise<{
    readonly replayed: number;
    readonly alreadyDone: number;
    readonly failed: number;
    readonly remaining: number;
  }>;
}

interface Options {
  readonly db: DbCluster;
  readonly inbox: Pick<BusRepository, 'claim'>;
  readonly letters: DeadLettersRepository;
  readonly trail: TrailRepository;
  readonly seal: LetterSeal;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly runner: HandlerRunner;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}

/** Why a replay came to nothing. */
interface Failure {
  readonly type: string;
  readonly reasonCode: DeadLetterReason;
  readonly reason: string;
  /** Whether a handler was given the event. */
  readonly ran: boolean;
}

/** Replays dead letters through the handlers of the subscriptions. */
export function createLetterReplayer(options: Options): LetterReplayer {
  const { db, inbox, letters, trail, seal, subscriptions, runner, registry, log, now } = options;
  const replayed = new Counter({
    name: 'soc_dead_letters_replayed_total',
    help: 'Replays of dead letters, by outcome: replayed, already_done, failed.',
    labelNames: ['type', 'outcome'],
    registers: [registry],
  });

  /** Resolves with how many of the events had no effect before. */
  const run = async (tx: Tx, subscription: Subscription, items: readonly ReadEvent[]): Promise<number> => {
    const fresh = await inbox.claim(
      tx,
      items.map(({ event }) => event.id),
    );
    const wanted = items.filter(({ event }) => fresh.has(event.id) && runner.concerns(subscription, event));
    if (wanted.length > 0) await runner.run(subscription, wanted, subscription.hasInbox ? tx : undefined);
    return fresh.size;
  };

  const attempt = (eventId: string, by: BusActor): Promise<LetterReplayResult | Failure> =>
    db.tx(async (tx) => {
      const taken = await letters.take(tx, eventId);
      if (!taken) return { ok: false, refusal: (await letters.find(tx, eventId)) ? 'busy' : 'not_found' };
      const { letter, body } = taken;
      if (letter.state !== 'waiting') return { ok: false, refusal: 'settled' };
      const { type } = letter;
      const subscription = subscriptions.get(type);
      if (!subscription) {
        return { type, reasonCode: 'no_subscription', reason: `nothing here hears ${type}`, ran: false };
      }
      const read = readForReplay(subscription.spec, seal, body);
      if (!read.ok) return { type, reasonCode: read.reasonCode, reason: read.reason, ran: false };
      const unfit = read.events.find((event) => !event.ok);
      if (unfit) return { type, reasonCode: unfit.reasonCode, reason: unfit.reason, ran: false };
      const items = read.events.flatMap((event) => (event.ok ? [event.item] : []));
      const fresh = await run(tx, subscription, items).catch((error: unknown) => {
        throw new HandlerFailure(type, error);
      });
      const settled = await letters.settle(tx, eventId, { state: 'replayed', by, at: now() }, fresh > 0 ? 1 : 0);
      const outcome = fresh > 0 ? 'replayed' : 'already_done';
      const note = fresh > 0 ? {} : { reason: 'its effect was committed before' };
      await trail.append(tx, [{ kind: 'replayed', type, eventIds: [eventId], actor: by, ...note }]);
      tx.afterCommit(() => replayed.inc({ type, outcome }));
      return { ok: true, outcome, letter: settled ?? letter };
    });

  const noteFailure = async (eventId: string, by: BusActor, failure: Failure): Promise<DeadLetter | undefined> => {
    const { type, reasonCode, reason, ran } = failure;
    replayed.inc({ type, outcome: 'failed' });
    log.warn({ eventId, eventType: type, reason }, 'dead letter not replayed');
    return db.tx(async (tx) => {
      await trail.append(tx, [{ kind: 'replay_failed', type, eventIds: [eventId], reasonCode, reason, actor: by }]);
      return letters.failAgain(tx, eventId, { reasonCode, reason, at: now() }, ran ? 1 : 0);
    });
  };

  const replay: LetterReplayer['replay'] = async (eventId, by) => {
    const result = await attempt(eventId, by).catch((error: unknown): Failure => {
      if (!(error instanceof HandlerFailure)) throw error;
      if (isDatabaseUnavailable(error.cause)) throw error.cause;
      return error.failure;
    });
    if ('ok' in result) return result;
    const letter = await noteFailure(eventId, by, result);
    if (!letter) return { ok: false, refusal: 'settled' };
    if (!result.ran) return { ok: false, refusal: 'not_replayable', reason: result.reason };
    return { ok: true, outcome: 'failed', letter };
  };

  return {
    replay,
    replayAll: async (filter, by, { limitLetters, withinMs }) => {
      const deadlineMs = performance.now() + withinMs;
      // What fails again moves to the end of the line, past this call.
      const waiting = await letters.waiting(db.write, filter, limitLetters);
      const counts = { replayed: 0, alreadyDone: 0, failed: 0 };
      let reached = 0;
      for (const { event_id } of waiting) {
        if (performance.now() > deadlineMs) break;
        reached += 1;
        const result = await replay(event_id, by);
        if (!result.ok) counts.failed += result.refusal === 'not_replayable' ? 1 : 0;
        else if (result.outcome === 'already_done') counts.alreadyDone += 1;
        else counts[result.outcome] += 1;
      }
      return { ...counts, remaining: (waiting[0]?.total ?? 0) - reached };
    },
  };
}

/** What a handler threw, told apart from what the bus's own statements throw. */
class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';
  readonly failure: Failure;

  constructor(type: string, cause: unknown) {
    super(failureReason(cause), { cause });
    const reasonCode = cause instanceof NonRetryableError ? 'not_retryable' : 'handler_failed';
    this.failure = { type, reasonCode, reason: this.message, ran: true };
  }
}
