import { type DbCluster, isDatabaseUnavailable, type Tx } from '@soc/db-cluster';
import type { DeadLetterReason } from '@soc/contracts';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { Bury } from './burial.ts';
import type { Deliverer } from './delivery.ts';
import { failureReason } from './failure-reason.ts';
import type { KeyRing } from './key-ring.ts';
import type { BusLog } from './log.ts';
import { type Ordered, runsByType } from './ordered-batch.ts';
import { LeaseLostError } from './ordered-lease.ts';
import type { OrderedRepository, WaitingEvent, WaitingHead } from './ordered-repository.ts';
import { backoffMs } from './retry-job.ts';
import { type Accepted, sealEvent } from './settlement.ts';
import { NonRetryableError, type Subscription } from './subscription.ts';

/** An event that was let in, with what its order is decided by. */
export interface OrderedEvent extends Ordered {
  readonly type: string;
  readonly of: Subscription;
  readonly accepted: Accepted;
}

/** What became of an event that failed. */
export type Failed = { readonly kind: 'waits'; readonly retryAfterMs: number } | { readonly kind: 'buried' };

/** What can be done with ordered events, each in a transaction that holds the lease of one epoch. */
export interface OrderedEffects {
  /**
   * The handlers' effects and what goes with them, all or nothing. Throws what a handler threw; `LeaseLostError` when
   * another holds the lease by now.
   */
  readonly handle: (events: readonly OrderedEvent[], also?: (tx: Tx) => Promise<void>) => Promise<void>;
  /** Puts events behind what waits of their subjects. */
  readonly park: (tx: Tx, events: readonly OrderedEvent[]) => Promise<void>;
  /** Decides about an event whose handler threw; `head` is its row when it has waited. Throws what is no handler's fault. */
  readonly fail: (event: OrderedEvent, error: unknown, head?: WaitingHead) => Promise<Failed>;
  /** Makes a dead letter of a waiting event that nobody can handle. */
  readonly drop: (head: WaitingHead, reason: string) => Promise<void>;
}

export interface OrderedEffectsOptions {
  readonly noun: string;
  readonly db: DbCluster;
  readonly repository: OrderedRepository;
  readonly bury: Bury;
  readonly trail: Pick<TrailRepository, 'append'>;
  readonly deliverer: Deliverer;
  readonly keyRing: KeyRing;
  readonly log: BusLog;
}

/** Not a handler's failure: nothing can be decided about the event. */
export const isOutside = (error: unknown): boolean => error instanceof LeaseLostError || isDatabaseUnavailable(error);

export function createOrderedEffects(options: OrderedEffectsOptions & { readonly epoch: number }): OrderedEffects {
  const { noun, epoch, db, repository, bury, trail, deliverer, keyRing, log } = options;

  const underLease = async (tx: Tx, eventIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const buried = await repository.underLease(tx, { noun, epoch, eventIds });
    if (!buried) throw new LeaseLostError(`the ordered events of ${noun} are another replica's by now`);
    return buried;
  };

  const bodyOf = ({ of, accepted }: OrderedEvent): Buffer => sealEvent(keyRing, of.spec, accepted.from, accepted.text);
  const toPark = (event: OrderedEvent): WaitingEvent => ({
    subject: event.subject,
    type: event.type,
    eventId: event.accepted.eventId,
    body: bodyOf(event),
  });

  const giveUp = async (
    tx: Tx,
    { eventId, type, body }: Pick<WaitingEvent, 'eventId' | 'type' | 'body'>,
    failure: { readonly reasonCode: DeadLetterReason; readonly reason: string; readonly attempts: number },
  ): Promise<void> => {
    await bury(tx, { eventId, type, body, ...failure });
    log.error({ eventId, eventType: type, ...failure }, 'event moved to the dead letters');
  };

  return {
    handle: async (events, also = () => Promise.resolve()) => {
      const runs = runsByType(events).flatMap((run) =>
        run[0] ? [{ of: run[0].of, events: run.map(({ accepted }) => accepted.event) }] : [],
      );
      await deliverer.handleRuns(runs, async (tx) => {
        const buried = await underLease(
          tx,
          events.map(({ accepted }) => accepted.eventId),
        );
        await also(tx);
        return buried;
      });
      for (const { of, events: done } of runs) deliverer.countOutcomes(of.spec.type, 'done', done.length);
    },
    park: (tx, events) => (events.length === 0 ? Promise.resolve() : repository.park(tx, noun, events.map(toPark))),
    fail: async (event, error, head) => {
      if (isOutside(error)) throw error;
      const { of, type, accepted } = event;
      const attempts = (head?.attempts ?? 0) + 1;
      const reason = failureReason(error);
      log.warn({ err: error, eventId: accepted.eventId, eventType: type, attempts }, 'event handler failed');
      const isLast = error instanceof NonRetryableError || attempts >= of.retry.maxAttempts;
      const reasonCode = error instanceof NonRetryableError ? 'not_retryable' : 'handler_failed';
      const failure = { attempts, reason, retryAfterMs: backoffMs(attempts, of.retry) };
      await db.tx(async (tx) => {
        await underLease(tx, []);
        if (isLast) await giveUp(tx, toPark(event), { reasonCode, reason, attempts });
        else {
          const { eventId } = accepted;
          await trail.append(tx, [
            { kind: 'failed', type, eventIds: [eventId], attempt: attempts, reasonCode, reason },
          ]);
        }
        if (isLast && head) await repository.unpark(tx, head.rowId);
        if (!isLast && head) await repository.postpone(tx, head.rowId, failure);
        if (!isLast && !head) await repository.park(tx, noun, [toPark(event)], failure);
      });
      deliverer.countOutcomes(type, isLast ? 'refused' : 'failed', 1);
      return isLast ? { kind: 'buried' } : { kind: 'waits', retryAfterMs: failure.retryAfterMs };
    },
    drop: (head, reason) =>
      db.tx(async (tx) => {
        await underLease(tx, []);
        await giveUp(tx, head, { reasonCode: 'no_subscription', reason, attempts: head.attempts });
        await repository.unpark(tx, head.rowId);
      }),
  };
}
