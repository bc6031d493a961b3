import type { EventEnvelope, EventSpec } from '@soc/contracts';
import { type DbCluster, isDatabaseUnavailable, type Tx } from '@soc/db-cluster';
import { Counter, Histogram, type Registry } from '@soc/monitoring';
import type { BusRepository } from './bus-repository.ts';
import type { BusLog } from './log.ts';
import type { Outbox } from './outbox.ts';
import { createReadAfterEvent } from './read-after-event.ts';
import { type BatchHandlerContext, type BatchItem, NonRetryableError, type Subscription } from './subscription.ts';

/** How one delivery ended. `failed` may be tried again. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Deliverer {
  /** One outcome per event, in order. Throws only when the database cannot be reached: then nothing was decided. */
  readonly deliver: (subscription: Subscription, events: readonly EventEnvelope[]) => Promise<readonly Outcome[]>;
  /** Whether the service has to do anything about an event. */
  readonly concerns: (subscription: Subscription, event: EventEnvelope) => boolean;
  /**
   * Handles events in one transaction, run by run; `before` runs in it first and says which are not to be handled. Rejects
   * with what a handler threw, and then nothing has happened.
   */
  readonly handleRuns: (
    runs: readonly { readonly of: Subscription; readonly events: readonly EventEnvelope[] }[],
    before: (tx: Tx) => Promise<ReadonlySet<string>>,
  ) => Promise<void>;
  readonly countOutcomes: (type: string, outcome: Outcome['kind'], events: number) => void;
}

const DONE: Outcome = { kind: 'done' };

interface Pending {
  readonly index: number;
  readonly item: BatchItem<EventSpec>;
}

/** Turns events into effects, each exactly once: handler and inbox share a transaction. */
export function createDeliverer(options: {
  readonly serviceName: string;
  readonly db: DbCluster;
  readonly repository: BusRepository;
  readonly outbox: Outbox;
  readonly log: BusLog;
  readonly registry: Registry;
}): Deliverer {
  const { serviceName, db, repository, outbox, log, registry } = options;
  const metrics = createMetrics(registry);

  const readAfter = createReadAfterEvent(db);
  const contextOf = (tx: Tx | undefined): BatchHandlerContext => ({
    // A subscription without an inbox is typed not to see it.
    tx: tx as Tx,
    log,
    readYourWrites: readAfter,
    message: (cause, spec, payload, meta) => outbox.message(spec, payload, { ...causedBy(cause), ...meta }),
    publishMany: (messages) =>
      tx ? outbox.publishMany(tx, messages) : db.tx((own) => outbox.publishMany(own, messages)),
  });

  const handleOnce = (subscription: Subscription, pending: readonly Pending[]): Promise<void> =>
    db.tx(async (tx) => {
      const fresh = await repository.claim(
        tx,
        pending.map(({ item }) => item.event.id),
      );
      // A batch may hold the same event twice; the second is a redelivery like any other.
      const items = new Map(
        pending.filter(({ item }) => fresh.has(item.event.id)).map(({ item }) => [item.event.id, item]),
      );
      if (items.size > 0) await subscription.handle([...items.values()], contextOf(tx));
    });

  const withoutInbox = contextOf(undefined);
  const handle = (subscription: Subscription, pending: readonly Pending[]): Promise<void> =>
    subscription.hasInbox
      ? handleOnce(subscription, pending)
      : subscription.handle(
          pending.map(({ item }) => item),
          withoutInbox,
        );

  const handleAlone = async (subscription: Subscription, pending: Pending): Promise<Outcome> => {
    try {
      await handle(subscription, [pending]);
      return DONE;
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(
        { err: error, eventId: pending.item.event.id, eventType: subscription.spec.type },
        'event handler failed',
      );
      return { kind: error instanceof NonRetryableError ? 'refused' : 'failed', reason };
    }
  };

  const handleAll = async (
    subscription: Subscription,
    pending: readonly Pending[],
    outcomes: Outcome[],
  ): Promise<void> => {
    if (pending.length > 1) {
      try {
        return await handle(subscription, pending);
      } catch (error) {
        if (isDatabaseUnavailable(error)) throw error;
        log.warn({ err: error, events: pending.length }, 'batch failed, handling its events one by one');
      }
    }
    for (const one of pending) outcomes[one.index] = await handleAlone(subscription, one);
  };

  const concerns: Deliverer['concerns'] = (subscription, event) =>
    isForUs(event, serviceName) && subscription.concerns(event.data);

  return {
    concerns,
    countOutcomes: (type, outcome, events) => metrics.handled.inc({ type, outcome }, events),
    handleRuns: (runs, before) =>
      db.tx(async (tx) => {
        const skipped = await before(tx);
        const ids = runs.flatMap(({ events }) => events.map(({ id }) => id)).filter((id) => !skipped.has(id));
        if (ids.length === 0) return;
        // Each id is taken out when it is handled: a batch may hold the same event twice.
        const fresh = new Set(await repository.claim(tx, ids));
        for (const { of, events } of runs) {
          const items = events.filter(({ id }) => fresh.delete(id)).map((event) => ({ payload: event.data, event }));
          if (items.length > 0) await of.handle(items, contextOf(tx));
        }
      }),
    deliver: async (subscription, events) => {
      const { type } = subscription.spec;
      const startedAt = performance.now();
      const outcomes = events.map(() => DONE);
      const pending: Pending[] = [];
      events.forEach((event, index) => {
        if (concerns(subscription, event)) {
          pending.push({ index, item: { payload: event.data, event } });
        }
      });
      if (pending.length > 0) await handleAll(subscription, pending, outcomes);
      for (const { kind } of outcomes) metrics.handled.inc({ type, outcome: kind });
      metrics.duration.observe({ type }, (performance.now() - startedAt) / 1000);
      return outcomes;
    },
  };
}

const isForUs = ({ targetservice }: EventEnvelope, serviceName: string): boolean =>
  targetservice === undefined || targetservice.replace(/-service$/, '') === serviceName;

const causedBy = ({ tenantid, correlationid, id, traceparent }: EventEnvelope) => ({
  tenantId: tenantid,
  correlationId: correlationid,
  causationId: id,
  ...(traceparent !== undefined && { traceparent }),
});

function createMetrics(registry: Registry) {
  return {
    handled: new Counter({
      name: 'soc_events_handled_total',
      help: 'Events delivered to a handler, by outcome: done, failed (will be tried again), refused.',
      labelNames: ['type', 'outcome'],
      registers: [registry],
    }),
    duration: new Histogram({
      name: 'soc_event_batch_duration_seconds',
      help: 'Duration of one batch of deliveries, transaction included.',
      labelNames: ['type'],
      buckets: [0.002, 0.01, 0.05, 0.2, 1, 5],
      registers: [registry],
    }),
  };
}
