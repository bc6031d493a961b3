import type { EventEnvelope, EventSpec, PayloadOf } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { Message, PublishMeta } from './envelope.ts';
import type { BusLog } from './log.ts';

/** A failure that another try cannot mend: the event goes straight to the dead letters. */
export class NonRetryableError extends Error {
  override readonly name = 'NonRetryableError';
}

/** Tenant, correlation and causation come from the event being handled; only what differs is given. */
export type CausedMeta = Pick<PublishMeta, 'subject' | 'targetService'>;

interface BatchContext {
  /** The transaction that also records the event ids: what is written through it happens exactly once. */
  readonly tx: Tx;
  readonly log: BusLog;
}

export interface HandlerContext<E extends EventSpec> extends BatchContext {
  readonly event: EventEnvelope<PayloadOf<E>>;
  readonly publish: <P extends EventSpec>(spec: P, payload: PayloadOf<P>, meta: CausedMeta) => Promise<void>;
}

export interface BatchItem<E extends EventSpec> {
  readonly payload: PayloadOf<E>;
  readonly event: EventEnvelope<PayloadOf<E>>;
}

export interface BatchHandlerContext extends BatchContext {
  /** A message caused by `cause`, for `publishMany`. */
  readonly message: <P extends EventSpec>(
    cause: EventEnvelope,
    spec: P,
    payload: PayloadOf<P>,
    meta: CausedMeta,
  ) => Message;
  readonly publishMany: (messages: readonly Message[]) => Promise<void>;
}

/** What a service does when events of one type arrive. */
export interface Subscription<E extends EventSpec = EventSpec> {
  readonly spec: E;
  readonly handle: (items: readonly BatchItem<E>[], context: BatchHandlerContext) => Promise<void>;
  /** Most events in one transaction. */
  readonly batchSize: number;
  /** Tries before the event goes to the dead letters. */
  readonly maxAttempts: number;
  readonly concerns: (payload: PayloadOf<E>) => boolean;
}

export interface SubscriptionOptions<E extends EventSpec> {
  /** Events for which this is false are acknowledged at once: no transaction, no inbox. Default: all concern. */
  readonly concerns?: (payload: PayloadOf<E>) => boolean;
  /** Default 250. */
  readonly batchSize?: number;
  /** Default 8, with exponential backoff from 500 ms: about two minutes. */
  readonly maxAttempts?: number;
}

const DEFAULTS = { batchSize: 250, maxAttempts: 8, concerns: () => true };

/**
 * Handles a whole batch in one transaction, for set-based SQL. When it throws, the batch is rolled back and its events
 * are handled one by one, so that one bad event fails alone.
 */
export function batchSubscription<E extends EventSpec>(
  spec: E,
  handle: Subscription<E>['handle'],
  options: SubscriptionOptions<E> = {},
): Subscription {
  // A bus holds subscriptions to many events; each handler is only ever given events decoded with its own `spec`.
  return { ...DEFAULTS, ...options, spec, handle } as unknown as Subscription;
}

/** Handles events one at a time; those that arrive together still share a transaction. */
export function subscription<E extends EventSpec>(
  spec: E,
  handle: (payload: PayloadOf<E>, context: HandlerContext<E>) => Promise<void>,
  options: SubscriptionOptions<E> = {},
): Subscription {
  return batchSubscription(
    spec,
    async (items, { tx, log, message, publishMany }) => {
      for (const { payload, event } of items) {
        await handle(payload, {
          tx,
          log,
          event,
          publish: (published, data, meta) => publishMany([message(event, published, data, meta)]),
        });
      }
    },
    options,
  );
}
