import { createTestDatabase, type TestDatabase, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectionWaitError, createDbCluster, type DbCluster, sql, StatementTimeoutError } from './index.ts';

let database: TestDatabase;
let db: DbCluster;
const registry = createRegistry('alert', 'test');

beforeAll(async () => {
  database = await createTestDatabase('alert');
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    poolSize: 2,
    connectionWaitMs: 300,
    slowStatementMs: 50,
    applicationName: 'statements',
    registry,
    onError: () => undefined,
  });
  await db.write.query(sql`create table alert.secrets (id int primary key, secret text)`);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const running = (comment: string) =>
  db.write.query(sql`select pid from pg_stat_activity where query like ${`/* ${comment} */%`} and state = 'active'`);

test('a statement that takes longer than its own time is cancelled on the server, and the connection serves on', async () => {
  const slow = db.write.query(sql`/* too.slow */ select pg_sleep(30)`, { timeoutMs: 100 });
  await expect(slow).rejects.toBeInstanceOf(StatementTimeoutError);
  await waitFor(async () => (await running('too.slow')).length === 0);
  expect(await db.write.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test('an aborted statement is cancelled on the server and rejects with the reason', async () => {
  const controller = new AbortController();
  const slow = db.read.query(sql`/* aborted */ select pg_sleep(30)`, { signal: controller.signal });
  const settled = slow.catch((error: unknown) => error);
  await waitFor(async () => (await running('aborted')).length === 1);
  const reason = new Error('nobody waits for it any more');
  controller.abort(reason);
  expect(await settled).toBe(reason);
  await waitFor(async () => (await running('aborted')).length === 0);
});

test('an aborted transaction is rolled back, and one that is aborted before it begins is not begun', async () => {
  const controller = new AbortController();
  const work = db.tx(
    async (tx) => {
      await tx.query(sql`insert into alert.secrets (id) values (1)`);
      controller.abort(new Error('stop'));
      await tx.query(sql`insert into alert.secrets (id) values (2)`);
    },
    { signal: controller.signal },
  );
  await expect(work).rejects.toThrow('stop');
  await expect(db.tx(() => Promise.resolve(), { signal: controller.signal })).rejects.toThrow('stop');
  expect(await db.write.query(sql`select id from alert.secrets where id < 10`)).toEqual([]);
});

test('a transaction may ask for its own statement timeout, isolation and for writing nothing', async () => {
  const settings = sql`select current_setting('statement_timeout') as timeout,
    current_setting('transaction_isolation') as isolation, current_setting('transaction_read_only') as "readOnly"`;
  const own = await db.tx((tx) => tx.query(settings), {
    statementTimeoutMs: 120_000,
    isolation: 'serializable',
    readOnly: true,
  });
  expect(own).toEqual([{ timeout: '2min', isolation: 'serializable', readOnly: 'on' }]);
  expect(await db.tx((tx) => tx.query(settings))).toEqual([
    { timeout: '30s', isolation: 'read committed', readOnly: 'off' },
  ]);
});

test('whoever gets no connection in time is told, and nothing was sent', async () => {
  const gate = Promise.withResolvers<void>();
  const holders = [1, 2].map(() => db.tx(() => gate.promise));
  const late = db.write.query(sql`insert into alert.secrets (id) values (20)`);
  await expect(late).rejects.toBeInstanceOf(ConnectionWaitError);
  gate.resolve();
  await Promise.all(holders);
  expect(await db.write.query(sql`select id from alert.secrets where id = 20`)).toEqual([]);
  expect(await registry.metrics()).toMatch(/^soc_db_queue_seconds_bucket\{le="0\.5",role="primary".*\} [1-9]/m);
});

test('a slow statement is remembered by its name with its plan, without its values, and is not run for it', async () => {
  const hunter2 = 'hunter2';
  await db.write.query(sql`
    /* secrets.keep */ insert into alert.secrets (id, secret) select 30, ${hunter2} from pg_sleep(0.1)`);
  const slow = db.statements.slow().find(({ operation }) => operation === 'secrets.keep');
  expect(slow).toMatchObject({ failed: false, node: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string });
  expect(slow?.durationS).toBeGreaterThanOrEqual(0.1);
  expect(slow && (await db.statements.explain(slow))).toMatch(/Insert on secrets/);
  expect(await db.write.query(sql`select count(*) as count from alert.secrets where id = 30`)).toEqual([{ count: 1 }]);
  expect(JSON.stringify(db.statements.slow()) + (await registry.metrics())).not.toContain(hunter2);
});

test('a plan is asked for one statement alone, whatever its text holds', async () => {
  const slow = { operation: 'x', durationS: 1, at: '', failed: false, node: nodeName() };
  const plan = await db.statements.explain({ ...slow, statement: 'select 1; delete from alert.secrets' });
  expect(plan).toMatch(/^no plan: cannot insert multiple commands/);
  expect(await db.statements.explain({ ...slow, statement: 'select $1::int' })).toMatch(/Result/);
});

test('a plan that waits for a lock holds up no cancellation, and is given up soon', async () => {
  const slow = { operation: 'x', durationS: 1, at: '', failed: false, node: nodeName() };
  await db.tx(async (tx) => {
    await tx.query(sql`lock table alert.secrets in access exclusive mode`);
    const plans = Promise.all(
      [1, 2, 3].map((id) => db.statements.explain({ ...slow, statement: `select ${id} from alert.secrets` })),
    );
    const late = db.write.query(sql`select pg_sleep(30)`, { timeoutMs: 50 });
    await expect(late).rejects.toBeInstanceOf(StatementTimeoutError);
    for (const plan of await plans) expect(plan).toMatch(/^no plan: .*lock timeout/);
  });
});

const nodeName = (): string => new URL(database.url).host;

test('statements are counted by name and role', async () => {
  await db.read.query(sql`select id from alert.secrets`);
  expect(await registry.metrics()).toMatch(
    /^soc_db_statement_seconds_count\{statement="select alert\.secrets",role="primary".*\} [1-9]/m,
  );
  const summary = db.statements.summaries().find(({ operation }) => operation === 'select alert.secrets');
  expect(summary).toMatchObject({ errors: 0 });
});
