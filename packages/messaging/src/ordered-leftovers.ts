import type { DbCluster, Tx } from '@soc/db-cluster';
import type { Bury } from './burial.ts';
import type { BusLog } from './log.ts';
import type { OrderedRepository, WaitingRow } from './ordered-repository.ts';
import type { AddRetry } from './retry-job.ts';
import type { Subscription } from './subscription.ts';

const EVERY_MS = 60_000;
const ROWS = 100;
const LEASE_FOR_MS = 30_000;

/** Looks after events that wait in order for a consumer that this service does not have any more. */
export interface OrderedLeftovers {
  /** Gives them to the retry queue when their type is still subscribed to, and makes dead letters of the others. */
  readonly look: () => Promise<void>;
  /** Looks now and once a minute: a replica of the version before may still park events. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export function createOrderedLeftovers(options: {
  readonly instanceId: string;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** Whether this service has an ordered consumer of a noun. */
  readonly isOrdered: (noun: string) => boolean;
  readonly db: DbCluster;
  readonly repository: OrderedRepository;
  readonly addRetry: AddRetry;
  readonly bury: Bury;
  readonly log: BusLog;
}): OrderedLeftovers {
  const { instanceId: holder, subscriptions, isOrdered, db, repository, addRetry, bury, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const move = async (tx: Tx, { eventId, type, body, attempts, reason }: WaitingRow): Promise<void> => {
    const of = subscriptions.get(type);
    if (of) {
      const job = { eventId, type, frame: body.toString('base64'), attempts };
      await addRetry({ ...job, reason: reason ?? 'waited behind an event that failed' }, of.retry);
    } else {
      const reasonCode = 'no_subscription';
      await bury(tx, { eventId, type, body, attempts, reasonCode, reason: 'no subscription for this type any more' });
    }
  };

  /** Resolves with how many were moved. A crash before the commit moves them again, under the same ids. */
  const moveSome = (noun: string, epoch: number): Promise<number> =>
    db.tx(async (tx) => {
      if (!(await repository.underLease(tx, { noun, epoch, eventIds: [] }))) return 0;
      const rows = await repository.takeWaiting(tx, noun, ROWS);
      for (const row of rows) await move(tx, row);
      return rows.length;
    });

  const moveAll = async (noun: string): Promise<void> => {
    await repository.declareLease(db.write, noun);
    const epoch = await repository.takeLease(db.write, { noun, holder, forMs: LEASE_FOR_MS });
    // A replica of another version still handles them in order.
    if (epoch === undefined) return;
    try {
      let events = 0;
      for (let moved = -1; moved !== 0; events += moved) moved = await moveSome(noun, epoch);
      log.warn({ noun, events }, 'events that waited in order for a subscription that is gone were moved');
    } finally {
      await repository.releaseLease(db.write, noun, epoch);
    }
  };

  const look = async (): Promise<void> => {
    try {
      for (const { noun } of await repository.countWaiting(db.write)) if (!isOrdered(noun)) await moveAll(noun);
    } catch (error) {
      log.warn({ err: error }, 'events that wait in order for nobody not moved, will look again');
    }
  };

  const lookAgain = (): void => {
    looking = looking.then(look);
  };

  return {
    look,
    start: () => {
      timer = setInterval(lookAgain, EVERY_MS);
      timer.unref();
      lookAgain();
    },
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
