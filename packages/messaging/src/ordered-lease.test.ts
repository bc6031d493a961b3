import { createDbCluster, type DbCluster, migrate, sql, type Tx } from '@soc/db-cluster';
import { createTestDatabase, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagingMigrations } from './index.ts';
import { createOrderedLease, type Tenure } from './ordered-lease.ts';
import { createOrderedRepository } from './ordered-repository.ts';

const repository = createOrderedRepository('storage');
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const FAST = { forMs: 400, renewEveryMs: 100, askEveryMs: 20 };
let db: DbCluster;
let stopAll: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase('storage');
  await migrate({ url: database.url, schema: 'storage', directories: [messagingMigrations] });
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('storage', 'test'),
    onError: () => undefined,
  });
  stopAll = async () => {
    await db.close();
    await database.drop();
  };
});
afterAll(() => stopAll());

const take = (noun: string, holder: string, extra: { forMs?: number; from?: string } = {}) =>
  repository.takeLease(db.write, { noun, holder, forMs: 60_000, ...extra });

test('one holds the lease until it expires or is released, and every turn has a new epoch', async () => {
  await repository.declareLease(db.write, 'turns');
  await repository.declareLease(db.write, 'turns');
  expect(await take('turns', 'one')).toBe(1);
  expect(await take('turns', 'two')).toBeUndefined();
  await repository.releaseLease(db.write, 'turns', 1);
  expect(await take('turns', 'two', { forMs: 1 })).toBe(2);
  await waitFor(async () => (await take('turns', 'one')) === 3);
  expect(await repository.renewLease(db.write, 'turns', 2, 60_000)).toBe(false);
  await repository.releaseLease(db.write, 'turns', 2);
  expect(await take('turns', 'two')).toBeUndefined();
});

test('a restarted holder goes on without waiting for its own lease to expire', async () => {
  await repository.declareLease(db.write, 'restart');
  expect(await take('restart', 'one')).toBe(1);
  expect(await take('restart', 'one')).toBeUndefined();
  expect(await take('restart', 'one', { from: 'one' })).toBe(2);
});

const holds = async (tx: Tx, noun: string, epoch: number): Promise<boolean> =>
  (await repository.underLease(tx, { noun, epoch, eventIds: [] })) !== undefined;

const isWaitedFor = () =>
  waitFor(async () => {
    const waiting = await db.write.query(sql`
      select pid from pg_stat_activity
      where wait_event_type = 'Lock' and query like '%ordered_leases%' and datname = current_database() and pid <> pg_backend_pid()`);
    return waiting.length > 0;
  });

/** Asks for the expired lease of `one` while its handler runs; `meanwhile` happens before the handler ends. */
async function takeOverFromRunning(noun: string, meanwhile: () => Promise<void>): Promise<number | undefined> {
  await repository.declareLease(db.write, noun);
  await take(noun, 'one', { forMs: 0 });
  const inHandler = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const handler = db.tx(async (tx) => {
    expect(await holds(tx, noun, 1)).toBe(true);
    inHandler.resolve();
    await goOn.promise;
  });
  await inHandler.promise;
  const takeover = take(noun, 'two');
  await isWaitedFor();
  await meanwhile();
  goOn.resolve();
  await handler;
  return takeover;
}

test('a takeover waits for the transaction of a running handler, and then the old epoch is refused', async () => {
  expect(await takeOverFromRunning('fence', () => Promise.resolve())).toBe(2);
  expect(await db.tx((tx) => holds(tx, 'fence', 1))).toBe(false);
  expect(await db.tx((tx) => holds(tx, 'fence', 2))).toBe(true);
});

test('while a handler has its transaction open PostgreSQL notices within seconds that its machine is gone', async () => {
  await repository.declareLease(db.write, 'alive');
  await take('alive', 'one');
  const asked = sql`select current_setting('tcp_keepalives_idle') as idle, current_setting('tcp_keepalives_count') as count`;
  const inHandler = await db.tx(async (tx) => {
    await holds(tx, 'alive', 1);
    return tx.query(asked);
  });
  expect(inHandler).toEqual([{ idle: '2', count: '3' }]);
  expect(await db.write.query(asked)).not.toEqual(inHandler);
});

test('a holder renews while its handler runs, and then a takeover that has waited comes to nothing', async () => {
  const epoch = await takeOverFromRunning('renewed', async () => {
    expect(await repository.renewLease(db.write, 'renewed', 1, 60_000)).toBe(true);
  });
  expect(epoch).toBeUndefined();
  expect(await db.tx((tx) => holds(tx, 'renewed', 1))).toBe(true);
});

/** A replica whose turns are counted; it holds the lease until it loses it or is stopped. */
function replica(noun: string, holder: string) {
  const tenures: Tenure[] = [];
  const lease = createOrderedLease({
    noun,
    holder,
    db,
    repository,
    log: quiet,
    times: FAST,
    hold: (tenure) => {
      tenures.push(tenure);
      return new Promise((resolve) => {
        tenure.signal.addEventListener('abort', () => resolve());
      });
    },
  });
  return { lease, tenures, holds: () => tenures.some(({ signal }) => !signal.aborted) };
}

test('one replica holds the lease; when it stops another goes on at once, when it only falls silent after the lease is over', async () => {
  const second = replica('replicas', 'two');
  const first = replica('replicas', 'one');
  first.lease.start();
  await waitFor(() => first.holds());
  second.lease.start();
  await waitFor(async () => (await db.write.query(sql`select 1 as one`)).length === 1);
  expect(second.holds()).toBe(false);
  await first.lease.stop();
  await waitFor(() => second.holds());
  expect(first.holds()).toBe(false);

  // What a holder sees that was stopped by the machine for a while: another epoch.
  await db.write.query(sql`update storage.ordered_leases set epoch = epoch + 1 where noun = 'replicas'`);
  await waitFor(() => second.tenures[0]?.signal.aborted);
  await waitFor(() => second.holds());
  expect(second.tenures.map(({ epoch }) => epoch)).toEqual([2, 4]);
  await second.lease.stop();
});
