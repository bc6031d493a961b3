import { type DbCluster, sql } from '@soc/db-cluster';
import type { BusLog } from './log.ts';

/** Tells the relays of a service that rows were left in the outbox for any of them. */
export interface OutboxBell {
  /** Returns at once. Many rings within a moment are one notification. */
  readonly ring: () => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const AT_MOST_EVERY_MS = 100;

/**
 * NOTIFY outside the publishing transaction, and only for what no memory holds: a transaction that has notified takes a lock
 * over the whole database when it commits (ADR 0011). A ring that is lost costs the time until the next poll.
 */
export function createOutboxBell(options: {
  readonly db: Pick<DbCluster, 'listen' | 'write'>;
  readonly serviceName: string;
  readonly onRing: () => void;
  readonly log: BusLog;
}): OutboxBell {
  const { db, serviceName, onRing, log } = options;
  const channel = `soc_outbox_${serviceName}`;
  let listening: ReturnType<DbCluster['listen']> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const notify = (): void => {
    timer = undefined;
    db.write
      .query(sql`select pg_notify(${channel}, '')`, { untracked: true })
      .catch((error: unknown) =>
        log.warn({ err: error }, 'relays not notified, they will find the rows by themselves'),
      );
  };

  return {
    ring: () => {
      timer ??= setTimeout(notify, AT_MOST_EVERY_MS).unref();
    },
    start: () => {
      listening = db.listen(channel, onRing);
    },
    stop: async () => {
      if (timer) {
        clearTimeout(timer);
        notify();
      }
      await listening?.stop();
    },
  };
}
