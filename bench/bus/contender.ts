import type { AlertCreated, PayloadOf } from '@soc/contracts';

/** Where the servers of a run listen. Plain data: it travels to the workers. */
export interface Endpoints {
  readonly redisUrl: string;
  readonly natsUrl: string;
  readonly rabbitUrl: string;
  /** By subscribing service. */
  readonly databaseUrls: Readonly<Record<string, string>>;
}

/** The services that subscribe; each is a consumer group, or a queue, of its own. */
export const GROUPS = ['storage', 'ai', 'intel'] as const;
export type Group = (typeof GROUPS)[number];

export type BenchPayload = PayloadOf<typeof AlertCreated>;

export interface Publisher {
  /** Resolves when the server has confirmed all of them. */
  readonly publish: (payloads: readonly BenchPayload[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** One topic of one run: nothing of an earlier run is in it. */
export interface Topic {
  readonly name: string;
  readonly groups: readonly Group[];
}

/** One way to carry events, durable, at least once, with confirms and acknowledgements. */
export interface Contender {
  /** Makes what the workers use, before any of them starts. */
  readonly prepare?: (endpoints: Endpoints, topic: Topic) => Promise<void>;
  readonly openPublisher: (endpoints: Endpoints, topic: Topic) => Promise<Publisher>;
  /** Gives every event to `handle` and acknowledges it afterwards. Resolves when it is ready to receive. */
  readonly openConsumer: (
    endpoints: Endpoints,
    topic: Topic,
    group: Group,
    handle: (payload: BenchPayload) => void,
  ) => Promise<() => Promise<void>>;
  /** Removes what `prepare` and the run have left on the server. */
  readonly clear?: (endpoints: Endpoints, topic: Topic) => Promise<void>;
}

/** Events a publisher sends at once, and has in flight at most twice. The same for all. */
export const BATCH = 256;
/** Deliveries a consumer may hold without having acknowledged them. The same for all that let one choose. */
export const PREFETCH = 512;
