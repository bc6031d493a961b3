import type { EventEnvelope, EventSpec } from '@soc/contracts';
import { type DbCluster, isDatabaseUnavailable, type Tx } from '@soc/db-cluster';
import { Counter, createDurations, Histogram, type RecordDuration, type Registry } from '@soc/monitoring';
import type { Tracer } from '@soc/tracing';
import type { BusRepository } from './bus-repository.ts';
import { failureReason } from './failure-reason.ts';
import type { BusLog } from './log.ts';
import type { TrailGatherer } from './audit-trail.ts';
import type { HandlerRunner } from './handler-runner.ts';
import { createHandlingSpans, type HandlingSpans } from './handling-spans.ts';
import { type BatchItem, NonRetryableError, type Subscription } from './subscription.ts';

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
  readonly handleRuns: (runs: Runs, before: (tx: Tx) => Promise<ReadonlySet<string>>) => Promise<void>;
  /** Keeps for the audit trail that an event was not given to a handler, since it does not concern the service. */
  readonly noteIgnored: (event: EventEnvelope) => void;
  readonly countOutcomes: (type: string, outcome: Outcome['kind'], events: number) => void;
}

type Runs = readonly { readonly of: Subscription; readonly events: readonly EventEnvelope[] }[];

const DONE: Outcome = { kind: 'done' };

type Items = readonly BatchItem<EventSpec>[];

interface Pending {
  readonly index: number;
  readonly item: BatchItem<EventSpec>;
}

interface DelivererOptions {
  readonly instanceId: string;
  readonly db: DbCluster;
  readonly repository: BusRepository;
  readonly runner: HandlerRunner;
  /** Records the handling of events, where there is one. */
  readonly tracer?: Tracer | undefined;
  /** Keeps what has no transaction to be noted in. */
  readonly gatherer: Pick<TrailGatherer, 'gather'>;
  readonly log: BusLog;
  readonly registry: Registry;
}

/** What may be tried of events: all at once, and where that fails one by one. Rejects when the database is away. */
function createAttempts(options: DelivererOptions & { readonly spans: HandlingSpans }) {
  const { instanceId: instance, db, repository, runner, spans, gatherer, log } = options;

  const handleOnce = (subscription: Subscription, pending: Items): Promise<void> =>
    db.tx(async (tx) => {
      const fresh = await repository.claimAndNote(
        tx,
        pending.map(({ event }) => event.id),
        { type: subscription.spec.type, instance },
      );
      // A batch may hold the same event twice; the second is a redelivery like any other.
      const items = new Map(pending.filter(({ event }) => fresh.has(event.id)).map((item) => [item.event.id, item]));
      if (items.size > 0) await runner.run(subscription, [...items.values()], tx);
    });

  const handleBare = async (subscription: Subscription, items: Items): Promise<void> => {
    await runner.run(subscription, items, undefined);
    gatherer.gather(
      'handled',
      subscription.spec.type,
      items.map(({ event }) => event.id),
    );
  };

  const handle = (subscription: Subscription, pending: readonly Pending[]): Promise<void> =>
    spans.handling(
      pending.map(({ item }) => item),
      (items) => (subscription.hasInbox ? handleOnce(subscription, items) : handleBare(subscription, items)),
    );

  const handleAlone = async (subscription: Subscription, pending: Pending): Promise<Outcome> => {
    try {
      await handle(subscription, [pending]);
      return DONE;
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const reason = failureReason(error);
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

  return { handleAll };
}

/** Turns events into effects, each exactly once: handler and inbox share a transaction. */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { instanceId: instance, db, repository, runner, gatherer, registry } = options;
  const metrics = createMetrics(registry);
  const spans = createHandlingSpans(options.tracer);
  const { handleAll } = createAttempts({ ...options, spans });
  const { concerns } = runner;

  const handleRuns = (runs: Runs, before: (tx: Tx) => Promise<ReadonlySet<string>>): Promise<void> =>
    db.tx(async (tx) => {
      const skipped = await before(tx);
      const wanted = runs.flatMap(({ events }) => events).filter(({ id }) => !skipped.has(id));
      // Each id is taken out when it is handled: a batch may hold the same event twice.
      const fresh = new Set<string>();
      for (const [type, events] of Map.groupBy(wanted, (event) => event.type)) {
        const ids = events.map(({ id }) => id);
        for (const id of await repository.claimAndNote(tx, ids, { type, instance })) fresh.add(id);
      }
      for (const { of, events } of runs) {
        const items = events.filter(({ id }) => fresh.delete(id)).map((event) => ({ payload: event.data, event }));
        if (items.length > 0) await runner.run(of, items, tx);
      }
    });

  return {
    concerns,
    noteIgnored: ({ type, id }) => gatherer.gather('ignored', type, [id]),
    countOutcomes: metrics.count,
    handleRuns: (runs, before) => {
      const items = runs.flatMap(({ events }) => events.map((event) => ({ event })));
      return spans.handling(items, (traced) => {
        let taken = 0;
        const tracedRuns = runs.map(({ of, events: { length } }) => {
          taken += length;
          return { of, events: traced.slice(taken - length, taken).map(({ event }) => event) };
        });
        return handleRuns(tracedRuns, before);
      });
    },
    deliver: async (subscription, events) => {
      const { type } = subscription.spec;
      const startedAt = performance.now();
      const outcomes = events.map(() => DONE);
      const pending: Pending[] = [];
      const ignored: string[] = [];
      events.forEach((event, index) => {
        if (concerns(subscription, event)) pending.push({ index, item: { payload: event.data, event } });
        else ignored.push(event.id);
      });
      gatherer.gather('ignored', type, ignored);
      if (pending.length > 0) await handleAll(subscription, pending, outcomes);
      metrics.sawBatch(type, outcomes, (performance.now() - startedAt) / 1000);
      metrics.sawAge(type, events);
      return outcomes;
    },
  };
}

function createMetrics(registry: Registry) {
  const handled = new Counter({
    name: 'soc_events_handled_total',
    help: 'Events delivered to a handler, by outcome: done, failed (will be tried again), refused.',
    labelNames: ['type', 'outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'soc_event_batch_duration_seconds',
    help: 'Duration of one batch of deliveries, transaction included.',
    labelNames: ['type'],
    buckets: [0.002, 0.01, 0.05, 0.2, 1, 5],
    registers: [registry],
  });
  const ages = createDurations({
    registry,
    name: 'soc_event_age_seconds',
    help: 'From the moment an event came to be until it was handled, waiting and tries included: the latency of a stage.',
    labelNames: ['type'],
    bucketsS: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
  });
  const recorders = new Map<string, RecordDuration>();
  const sawAge = (type: string, events: readonly EventEnvelope[]): void => {
    let record = recorders.get(type);
    if (!record) recorders.set(type, (record = ages.of({ type })));
    const nowMs = Date.now();
    for (const { time } of events) record(Math.max(0, nowMs - Date.parse(time)) / 1000);
  };
  // Looking up labels at every batch costs more than counting.
  const counters = new Map<string, Counter.Internal>();
  const durations = new Map<string, Histogram.Internal<'type'>>();
  const count = (type: string, outcome: Outcome['kind'], events: number): void => {
    const key = `${outcome} ${type}`;
    let counter = counters.get(key);
    if (!counter) counters.set(key, (counter = handled.labels({ type, outcome })));
    counter.inc(events);
  };
  const sawBatch = (type: string, outcomes: readonly Outcome[], tookS: number): void => {
    const counts = { done: 0, failed: 0, refused: 0 };
    for (const { kind } of outcomes) counts[kind] += 1;
    if (counts.done > 0) count(type, 'done', counts.done);
    if (counts.failed > 0) count(type, 'failed', counts.failed);
    if (counts.refused > 0) count(type, 'refused', counts.refused);
    let one = durations.get(type);
    if (!one) durations.set(type, (one = duration.labels({ type })));
    one.observe(tookS);
  };
  return { count, sawBatch, sawAge };
}
