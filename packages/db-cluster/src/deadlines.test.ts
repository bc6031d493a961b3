import { createTestDatabase, type TestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  CommitOutcomeUnknownError,
  createDbCluster,
  type DbClusterOptions,
  NotCommittedError,
  sql,
  StatementTimeoutError,
} from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('alert');
});
afterAll(() => database.drop());

const open = (more: Partial<DbClusterOptions> = {}) => {
  const db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'deadlines',
    probeEveryMs: 20,
    registry: createRegistry('alert', 'test'),
    onError: () => undefined,
    ...more,
  });
  onTestFinished(() => db.close());
  return db;
};

test('a transaction that makes progress may last longer than a statement, and so may one of its pauses', async () => {
  const db = open({ statementTimeoutMs: 400, overdueMs: 100 });
  let runs = 0;
  await db.tx(async (tx) => {
    runs += 1;
    for (let step = 0; step < 8; step += 1) await tx.query(sql`select pg_sleep(0.1)`);
    // Pauses, by a query of another session, for longer than a statement of this one may take.
    await open().read.query(sql`select pg_sleep(0.8)`);
    await tx.query(sql`select 1`);
  });
  expect(runs).toBe(1);
});

test("a transaction's own statement timeout holds, also where it is longer than that of the cluster", async () => {
  const db = open({ statementTimeoutMs: 100, overdueMs: 100 });
  let runs = 0;
  const sleeping = db.tx(
    (tx) => {
      runs += 1;
      return tx.query(sql`select 1 as one from pg_sleep(0.8)`);
    },
    { statementTimeoutMs: 10_000 },
  );
  expect(await sleeping).toEqual([{ one: 1 }]);
  expect(runs).toBe(1);
});

test('a statement that is not answered within its time and a while more is given up', async () => {
  const db = open({ statementTimeoutMs: 100, overdueMs: 100, failoverWaitMs: 100 });
  await db.check();
  let runs = 0;
  // The session does not keep to its limit, as one that hangs does not.
  const hanging = db.tx(async (tx) => {
    runs += 1;
    await tx.query(sql`set local statement_timeout = 0`);
    await tx.query(sql`select pg_sleep(30)`);
  });
  await expect(hanging).rejects.toBeInstanceOf(NotCommittedError);
  expect(runs).toBeGreaterThan(0);
});

/** Has no cancellation arrive. */
function loseCancellations(): void {
  const query = pg.Client.prototype.query as (...sent: unknown[]) => unknown;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...sent: unknown[]) {
    return sent[0] === 'select pg_cancel_backend($1)' ? Promise.resolve() : query.apply(this, sent);
  });
  onTestFinished(() => spy.mockRestore());
}

test(
  'a write whose cancellation is not confirmed may have been made; a read is only late',
  { timeout: 20_000 },
  async () => {
    const db = open();
    await db.write.query(sql`select 1`);
    loseCancellations();
    const sleep = sql`select pg_sleep(30)`;
    const [write, idempotent, read, tx] = await Promise.all(
      [
        db.write.query(sleep, { timeoutMs: 50 }),
        db.write.query(sleep, { timeoutMs: 50, idempotent: true }),
        db.read.query(sleep, { timeoutMs: 50 }),
        db.tx((inside) => inside.query(sleep, { timeoutMs: 50 })),
      ].map((asked) => asked.catch((error: unknown) => error)),
    );
    expect(write).toBeInstanceOf(CommitOutcomeUnknownError);
    for (const late of [idempotent, read, tx]) expect(late).toBeInstanceOf(StatementTimeoutError);
  },
);

test('closing waits for what is under way, but not for ever', async () => {
  const db = open({ closeWaitMs: 200 });
  const started = Promise.withResolvers<void>();
  const never = Promise.withResolvers<void>();
  const stuck = db.tx(async (tx) => {
    await tx.query(sql`select 1`);
    started.resolve();
    await never.promise;
  });
  await started.promise;
  await db.close();
  never.resolve();
  await expect(stuck).rejects.toThrow();
});
