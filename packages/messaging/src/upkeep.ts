import { events as allEvents } from '@soc/contracts';
import { eventSubscribers } from '@soc/contracts/event-subscribers';
import type { DbCluster } from '@soc/db-cluster';
import { Gauge, type Registry } from '@soc/monitoring';
import { type BusLimits, INBOX_MARGIN_MS } from './bus-limits.ts';
import type { BusRepository } from './bus-repository.ts';
import type { BusLog } from './log.ts';
import type { Redis } from './redis.ts';
import { createStreamCare, type StreamCare } from './stream-care.ts';

const PRUNE_EVERY_MS = 60 * 60 * 1000;
const PRUNE_ROWS = 5_000;

/** What has to be done now and then: trims the streams a service owns, forgets old events, measures the outbox. */
export interface Upkeep extends Pick<StreamCare, 'stalled' | 'start' | 'stop'> {
  /** Forgets what the inbox need not know any more, in batches. */
  readonly pruneInbox: () => Promise<void>;
}

export function createUpkeep(options: {
  readonly serviceName: string;
  readonly db: DbCluster;
  readonly repository: BusRepository;
  readonly redis: Redis;
  readonly prefix: string;
  readonly limits: BusLimits;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}): Upkeep {
  const { serviceName, db, repository, limits, registry, log, now } = options;
  const care = createStreamCare({
    ...options,
    types: allEvents.filter(({ owner }) => owner === serviceName).map(({ type }) => type),
    subscribersOf: (type) => eventSubscribers[type] ?? [],
    bounds: { keepMs: limits.streamKeepMs, maxBytes: limits.streamMaxBytes },
    stalledAfterMs: limits.stalledAfterMs,
  });
  let timer: NodeJS.Timeout | undefined;

  const pruneInbox = async (): Promise<void> => {
    const before = now().getTime() - limits.inboxKeepMs - INBOX_MARGIN_MS;
    while ((await repository.forgetClaims(db.write, before, PRUNE_ROWS)) === PRUNE_ROWS);
  };

  return {
    pruneInbox,
    stalled: care.stalled,
    start: () => {
      care.start();
      observeBacklog(registry, db, repository);
      timer = setInterval(() => {
        pruneInbox().catch((error: unknown) => log.warn({ err: error }, 'inbox not pruned'));
      }, PRUNE_EVERY_MS);
      timer.unref();
    },
    stop: () => {
      care.stop();
      clearInterval(timer);
    },
  };
}

function observeBacklog(registry: Registry, db: DbCluster, repository: BusRepository): void {
  type Backlog = Awaited<ReturnType<BusRepository['backlog']>>;
  let asked: Promise<Backlog | undefined> | undefined;
  // Both figures are collected at the same time, and share one look at the table.
  const ask = (): Promise<Backlog | undefined> =>
    (asked ??= repository
      .backlog(db.write)
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      }));
  const gauge = (name: string, help: string, figure: (backlog: Backlog) => number): void => {
    const made = new Gauge({
      name,
      help,
      registers: [registry],
      collect: async () => {
        const backlog = await ask();
        if (backlog) made.set(figure(backlog));
      },
    });
  };
  gauge('soc_outbox_messages', 'Events committed but not yet on their stream.', ({ messages }) => messages);
  gauge('soc_outbox_oldest_seconds', 'Age of the oldest event not yet on its stream.', ({ oldestS }) => oldestS);
}
