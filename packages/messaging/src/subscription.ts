import type { EventEnvelope, EventSpec, PayloadOf } from '@soc/contracts';
import type { Queryable, Tx } from '@soc/db-cluster';
import type { Message, PublishMeta } from './envelope.ts';
import type { BusLog } from './log.ts';

/** A failure that another try cannot mend: the event goes straight to the dead letters. */
export class NonRetryableError extends Error {
  override readonly name = 'NonRetryableError';
}

/** Tenant, correlation and causation come from the event being handled; only what differs is given. */
export type CausedMeta = Pick<PublishMeta, 'subject' | 'targetService'>;

interface HandlerTools {
  readonly log: BusLog;
}

interface BatchContext extends HandlerTools {
  /** The transaction that also records the event ids: what is written through it happens exactly once. */
  readonly tx: Tx;
}

export interface HandlerContext<E extends EventSpec> extends BatchContext {
  readonly event: EventEnvelope<PayloadOf<E>>;
  /**
   * Shows what the publisher had committed, on a replica that has it. A call to another service shows it as well when it
   * sends `event.consistencytoken` in `x-consistency-token`.
   */
  readonly readYourWrites: Queryable;
  readonly publish: <P extends EventSpec>(spec: P, payload: PayloadOf<P>, meta: CausedMeta) => Promise<void>;
}

/** Of a subscription without an inbox: there is no transaction, and the event may come again. */
export type BareHandlerContext<E extends EventSpec> = Omit<HandlerContext<E>, 'tx'>;

export interface BatchItem<E extends EventSpec> {
  readonly payload: PayloadOf<E>;
  readonly event: EventEnvelope<PayloadOf<E>>;
}

export interface BatchHandlerContext extends BatchContext {
  /** Shows what the publisher of the event had committed, on a replica that has it. */
  readonly readYourWrites: (event: EventEnvelope) => Queryable;
  /** A message caused by `cause`, for `publishMany`. */
  readonly message: <P extends EventSpec>(
    cause: EventEnvelope,
    spec: P,
    payload: PayloadOf<P>,
    meta: CausedMeta,
  ) => Message;
  readonly publishMany: (messages: readonly Message[]) => Promise<void>;
}

/** Of a subscription without an inbox. */
export type BareBatchHandlerContext = Omit<BatchHandlerContext, 'tx'>;

/** How often, and how soon, a failed event is tried again. */
export interface RetryPolicy {
  /** Tries before the event goes to the dead letters, the first one counted; 1 is no retry. */
  readonly maxAttempts: number;
  /** Longest pause before the second try; it doubles from try to try. The pause itself is random, from 0 up. */
  readonly firstDelayMs: number;
  /** The longest pause never grows beyond this. */
  readonly maxDelayMs: number;
}

/** What a service does when events of one type arrive. */
export interface Subscription<E extends EventSpec = EventSpec> {
  readonly spec: E;
  readonly handle: (items: readonly BatchItem<E>[], context: BatchHandlerContext) => Promise<void>;
  /** Most events in one transaction. */
  readonly batchSize: number;
  /** Batches handled at the same time by one process. */
  readonly concurrency: number;
  readonly retry: RetryPolicy;
  readonly hasInbox: boolean;
  /** Whether the events of a subject are handled in the order they were committed, by one replica at a time. */
  readonly isOrdered: boolean;
  readonly concerns: (payload: PayloadOf<E>) => boolean;
}

export interface SubscriptionOptions<E extends EventSpec> {
  /** Events for which this is false are acknowledged at once: no transaction, no inbox. Default: all concern. */
  readonly concerns?: (payload: PayloadOf<E>) => boolean;
  /** Default 256. */
  readonly batchSize?: number;
  /** Batches under way at the same time in one process; each holds a database connection. Default 1. */
  readonly concurrency?: number;
  /** Default: 8 tries, pauses of up to 500 ms doubling to 60 s. */
  readonly retry?: Partial<RetryPolicy>;
  /** False for a handler that is idempotent by itself: no inbox row, no transaction, and the context has no `tx`. */
  readonly inbox?: boolean;
  /**
   * The events of a subject are handled in the order of their commits, whatever fails: one replica handles all of them, the
   * others stand by, and what comes after a failed event waits for its end. Together with the service's other ordered
   * subscriptions to the same noun. Only for types that are `ordered`, and with the inbox; `concurrency` has no meaning then.
   */
  readonly order?: 'subject';
}

type WithoutInbox<E extends EventSpec> = SubscriptionOptions<E> & { readonly inbox: false };

const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 8, firstDelayMs: 500, maxDelayMs: 60_000 };

type HandleBatch<E extends EventSpec, Context> = (items: readonly BatchItem<E>[], context: Context) => Promise<void>;
type HandleOne<E extends EventSpec, Context> = (payload: PayloadOf<E>, context: Context) => Promise<void>;

/**
 * Handles a whole batch in one transaction, for set-based SQL. When it throws, the batch is rolled back and its events
 * are handled one by one, so that one bad event fails alone.
 */
export function batchSubscription<E extends EventSpec>(
  spec: E,
  handle: HandleBatch<E, BareBatchHandlerContext>,
  options: WithoutInbox<E>,
): Subscription;
export function batchSubscription<E extends EventSpec>(
  spec: E,
  handle: HandleBatch<E, BatchHandlerContext>,
  options?: SubscriptionOptions<E> & { readonly inbox?: true },
): Subscription;
export function batchSubscription<E extends EventSpec>(
  spec: E,
  handle: HandleBatch<E, BatchHandlerContext>,
  options: SubscriptionOptions<E> = {},
): Subscription {
  const { concerns = () => true, batchSize = 256, concurrency = 1, retry = {}, inbox = true, order } = options;
  if (order && !spec.ordered) throw new Error(`${spec.type} is not declared to be ordered`);
  if (order && !inbox) throw new Error(`${spec.type}: order needs the inbox, whose transaction it is kept in`);
  const settings = { concerns, batchSize, concurrency, retry: { ...DEFAULT_RETRY, ...retry }, hasInbox: inbox };
  const isOrdered = order === 'subject';
  // A bus holds subscriptions to many events; each handler is only ever given events decoded with its own `spec`.
  return { ...settings, isOrdered, spec, handle } as unknown as Subscription;
}

/** Handles events one at a time; those that arrive together still share a transaction. */
export function subscription<E extends EventSpec>(
  spec: E,
  handle: HandleOne<E, BareHandlerContext<E>>,
  options: WithoutInbox<E>,
): Subscription;
export function subscription<E extends EventSpec>(
  spec: E,
  handle: HandleOne<E, HandlerContext<E>>,
  options?: SubscriptionOptions<E> & { readonly inbox?: true },
): Subscription;
export function subscription<E extends EventSpec>(
  spec: E,
  handle: HandleOne<E, HandlerContext<E>>,
  options: SubscriptionOptions<E> = {},
): Subscription {
  const handleBatch: HandleBatch<E, BatchHandlerContext> = async (items, context) => {
    const { tx, log, message, publishMany, readYourWrites } = context;
    for (const { payload, event } of items) {
      await handle(payload, {
        tx,
        log,
        event,
        readYourWrites: readYourWrites(event),
        publish: (published, data, meta) => publishMany([message(event, published, data, meta)]),
      });
    }
  };
  // The overloads above tie the context to the option; from here on only `hasInbox` tells.
  return batchSubscription(spec, handleBatch, options as SubscriptionOptions<E> & { readonly inbox?: true });
}
