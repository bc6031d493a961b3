import { createTestDatabase, type TestDatabase, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDbCluster, type DbCluster, sql } from './index.ts';

let database: TestDatabase;
let db: DbCluster;

beforeAll(async () => {
  database = await createTestDatabase('alert');
  db = open();
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const open = (): DbCluster =>
  createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'listener',
    registry: createRegistry('alert', 'test'),
    onError: () => undefined,
  });

const notify = (channel: string, payload: string) => db.write.query(sql`select pg_notify(${channel}, ${payload})`);

test('a handler is told that listening has begun, and then every payload of its channel and of no other', async () => {
  const heard: (string | undefined)[] = [];
  const other: (string | undefined)[] = [];
  const listening = db.listen('one Channel', (payload) => heard.push(payload));
  const second = db.listen('two', (payload) => other.push(payload));
  await waitFor(() => heard.length === 1 && other.length === 1);
  await notify('one Channel', 'a');
  await notify('two', 'b');
  await notify('one Channel', '');
  await waitFor(() => heard.length === 3 && other.length === 2);
  expect(heard).toEqual([undefined, 'a', '']);
  expect(other).toEqual([undefined, 'b']);
  await Promise.all([listening.stop(), second.stop()]);
});

test('a handler that was stopped hears nothing more, while others on the channel still do', async () => {
  const heard: (string | undefined)[] = [];
  const still: (string | undefined)[] = [];
  const listening = db.listen('shared', (payload) => heard.push(payload));
  const other = db.listen('shared', (payload) => still.push(payload));
  await waitFor(() => heard.length === 1);
  await listening.stop();
  await notify('shared', 'x');
  await waitFor(() => still.includes('x'));
  expect(heard).toEqual([undefined]);
  await other.stop();
});

test('a session that is still being opened when all is stopped is closed again', async () => {
  const own = open();
  await own.check();
  const ended = vi.spyOn(pg.Client.prototype, 'end');
  await own.listen('hasty', () => undefined).stop();
  await expect.poll(() => ended.mock.calls.length, { timeout: 20_000 }).toBeGreaterThan(0);
  ended.mockRestore();
  await own.close();
});

test('a lost session is made again, and every handler is told that it may have missed something', async () => {
  const heard: (string | undefined)[] = [];
  const listening = db.listen('lossy', (payload) => heard.push(payload));
  await waitFor(() => heard.length === 1);
  const ended = await db.write.query(
    sql`select pg_terminate_backend(pid) as ended from pg_stat_activity
        where datname = current_database() and query like 'listen %'`,
  );
  expect(ended).toEqual([{ ended: true }]);
  await waitFor(() => heard.length === 2);
  await notify('lossy', 'after');
  await waitFor(() => heard.length === 3);
  expect(heard).toEqual([undefined, undefined, 'after']);
  await listening.stop();
});
