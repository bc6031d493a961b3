import type { EventEnvelope, EventSpec } from '@soc/contracts';
import type { DbCluster, Tx } from '@soc/db-cluster';
import type { BusLog } from './log.ts';
import type { Outbox } from './outbox.ts';
import { createReadAfterEvent } from './read-after-event.ts';
import type { BatchItem, Subscription } from './subscription.ts';

type Items = readonly BatchItem<EventSpec>[];

/** Gives events to the handler of a subscription. */
export interface HandlerRunner {
  /** Whether an event is for this service and of concern to the subscription. */
  readonly concerns: (subscription: Subscription, event: EventEnvelope) => boolean;
  /**
   * The effects of the handler, and what it publishes, belong to `tx`. Without one it sees none, and what it publishes is
   * committed by itself.
   */
  readonly run: (subscription: Subscription, items: Items, tx: Tx | undefined) => Promise<void>;
}

/** The runner of one service. */
export function createHandlerRunner(options: {
  readonly serviceName: string;
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly log: BusLog;
}): HandlerRunner {
  const { serviceName, db, outbox, log } = options;
  const readYourWrites = createReadAfterEvent(db);
  return {
    concerns: (subscription, event) => isFor(serviceName, event) && subscription.concerns(event.data),
    run: (subscription, items, tx) =>
      subscription.handle(items, {
        // A subscription without an inbox is typed not to see it.
        tx: tx as Tx,
        log,
        readYourWrites,
        message: (cause, spec, payload, meta) => outbox.message(spec, payload, { ...causedBy(cause), ...meta }),
        publishMany: (messages) =>
          tx ? outbox.publishMany(tx, messages) : db.tx((own) => outbox.publishMany(own, messages)),
      }),
  };
}

const isFor = (serviceName: string, { targetservice }: EventEnvelope): boolean =>
  targetservice === undefined || targetservice.replace(/-service$/, '') === serviceName;

const causedBy = ({ tenantid, correlationid, id, traceparent, tracestate }: EventEnvelope) => ({
  tenantId: tenantid,
  correlationId: correlationid,
  causationId: id,
  ...(traceparent !== undefined && { traceparent }),
  ...(tracestate !== undefined && { tracestate }),
});
