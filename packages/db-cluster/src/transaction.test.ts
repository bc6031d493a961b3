import { createTestDatabase, type TestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDbCluster, type DbCluster, sql, type Tx } from './index.ts';
import { POSITION } from './transaction.ts';

let database: TestDatabase;
let db: DbCluster;

beforeAll(async () => {
  database = await createTestDatabase('alert');
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'transactions',
    registry: createRegistry('alert', 'test'),
    onError: () => undefined,
  });
  await db.write.query(sql`create table alert.steps (id int primary key)`);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const ids = async (): Promise<readonly number[]> =>
  (await db.write.query<{ id: number }>(sql`select id from alert.steps order by id`)).map(({ id }) => id);

test('a statement that comes after the end of its transaction is refused, however that ended', async () => {
  const late: Tx[] = [];
  await db.tx((tx) => {
    late.push(tx);
    return Promise.resolve();
  });
  const failing = db.tx((tx) => {
    late.push(tx);
    return Promise.reject(new Error('no'));
  });
  await expect(failing).rejects.toThrow('no');
  expect(late).toHaveLength(2);
  for (const tx of late) {
    await expect(tx.query(sql`insert into alert.steps values (1)`)).rejects.toThrow('the transaction is over');
  }
  expect(await ids()).not.toContain(1);
});

test('what the server has said to be committed is, though it fails to tell where in the log', async () => {
  const query = pg.Client.prototype.query as (...sent: unknown[]) => unknown;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...sent: unknown[]) {
    return query.apply(this, sent[0] === `commit; ${POSITION}` ? ['commit; select 1 / 0'] : sent);
  });
  let told = 0;
  await db.tx(async (tx) => {
    await tx.query(sql`insert into alert.steps values (2)`);
    tx.afterCommit(() => (told += 1));
  });
  spy.mockRestore();
  expect(told).toBe(1);
  expect(await ids()).toContain(2);
  expect(await db.consistencyToken()).toBeDefined();
});

test("a read-only transaction does not run again for an error that is its work's own", async () => {
  let runs = 0;
  const own = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const failing = db.tx(
    () => {
      runs += 1;
      return Promise.reject(own);
    },
    { readOnly: true },
  );
  await expect(failing).rejects.toBe(own);
  expect(runs).toBe(1);
});

test('a read-only transaction whose session dies runs again', async () => {
  let runs = 0;
  const rows = await db.tx(
    async (tx) => {
      runs += 1;
      const [self] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      if (runs === 1) await db.write.query(sql`select pg_terminate_backend(${self?.pid}, 5000)`);
      return tx.query(sql`select 1 as one`);
    },
    { readOnly: true },
  );
  expect({ rows, runs }).toEqual({ rows: [{ one: 1 }], runs: 2 });
});
