import { type Queryable, type QueryOptions, sql } from '@soc/db-cluster';
import { expect, test } from 'vitest';
import { createInTime } from './in-time.ts';

/** Keeps what it is asked for in place of a server. */
function start(headers: Readonly<Record<string, string>>) {
  const asked: (QueryOptions | undefined)[] = [];
  const db: Queryable = {
    query: (_, options) => {
      asked.push(options);
      return Promise.resolve([]);
    },
  };
  return { asked, db, read: createInTime({ headers })(db) };
}

test('a read may take what is left of the time its request was given, and no longer than it asks itself', async () => {
  const { asked, read } = start({ 'x-request-timeout-ms': '20000' });
  await read.query(sql`select`);
  await read.query(sql`select`, { timeoutMs: 500, name: 'short' });
  expect(asked[0]?.timeoutMs).toBeGreaterThan(10_000);
  expect(asked[0]?.timeoutMs).toBeLessThanOrEqual(20_000);
  expect(asked[1]).toEqual({ timeoutMs: 500, name: 'short' });
});

test('a read whose request has no time left is given none', async () => {
  const { asked, read } = start({ 'x-request-timeout-ms': '1' });
  const startedAt = performance.now();
  while (performance.now() - startedAt < 2);
  await read.query(sql`select`);
  expect(asked).toEqual([{ timeoutMs: 1 }]);
});

test.each(['', '0', '-1', '1.5', 'soon'])('a timeout of "%s" bounds nothing', (value) => {
  const { db, read } = start({ 'x-request-timeout-ms': value });
  expect(read).toBe(db);
});
