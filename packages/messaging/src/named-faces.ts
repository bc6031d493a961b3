import { type EventEnvelope, type EventSpec, events as allEvents, uuidv7 } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { Outbox } from './outbox.ts';
import { type Subscription, subscription } from './subscription.ts';

export interface PublishRequest {
  readonly eventType: string;
  readonly payload: unknown;
  readonly sourceService: string;
  readonly targetService?: string;
  readonly tenantId?: string;
  readonly subject?: string;
  readonly correlationId?: string;
}

export interface SubscribeRequest {
  readonly serviceName: string;
  readonly eventTypes: readonly string[];
  readonly handler: (event: EventEnvelope) => Promise<void>;
}

/** The faces of the bus for those who know events by the name of their type. */
export interface NamedFaces {
  /** Publishes in a transaction of its own. Throws for an unknown type, a foreign source, or a payload that does not fit. */
  readonly publishEvent: (request: PublishRequest) => Promise<void>;
  /** Subscribes one handler to several types by name. Only before `start`. */
  readonly subscribeToEvents: (request: SubscribeRequest) => void;
}

function eventSpec(type: string): EventSpec {
  const spec = allEvents.find((candidate) => candidate.type === type);
  if (!spec) throw new Error(`unknown event type ${type}`);
  return spec;
}

const isSame = (name: string, serviceName: string): boolean => name.replace(/-service$/, '') === serviceName;

export function createNamedFaces(options: {
  readonly serviceName: string;
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly subscribe: (subscriptions: readonly Subscription[]) => void;
  readonly now: () => Date;
}): NamedFaces {
  const { serviceName, db, outbox, subscribe, now } = options;
  return {
    publishEvent: async ({ eventType, payload, sourceService, ...meta }) => {
      const spec = eventSpec(eventType);
      if (spec.owner !== serviceName || !isSame(sourceService, serviceName)) {
        throw new Error(`${serviceName} may not publish ${eventType} as ${sourceService}`);
      }
      const id = uuidv7(now().getTime());
      await db.tx((tx) =>
        outbox.publish(tx, spec, payload, { tenantId: 'default', subject: id, correlationId: id, ...meta }),
      );
    },
    subscribeToEvents: ({ serviceName: subscriber, eventTypes, handler }) => {
      if (!isSame(subscriber, serviceName)) throw new Error(`this is the bus of ${serviceName}, not of ${subscriber}`);
      subscribe(eventTypes.map((type) => subscription(eventSpec(type), (_, { event }) => handler(event))));
    },
  };
}
