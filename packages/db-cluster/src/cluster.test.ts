import { once } from 'node:events';
import { connect } from 'node:net';
import { createTestDatabase, type TestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CommitOutcomeUnknownError,
  createDbCluster,
  type DbCluster,
  type DbClusterOptions,
  InvalidConsistencyTokenError,
  isDatabaseUnavailable,
  json,
  NoPrimaryError,
  sql,
  type Tx,
} from './index.ts';
import { markOfDatabase } from './errors.ts';
import { createTokenCodec } from './token.ts';

let database: TestDatabase;
let db: DbCluster;

beforeAll(async () => {
  database = await createTestDatabase('alert');
  db = open(database.url);
  await db.write.query(
    sql`create table alert.notes (id int primary key, at timestamptz, tags text[], body jsonb, big bigint)`,
  );
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const open = (
  primaryUrl: string,
  replicaUrls: readonly string[] = [],
  more: Partial<DbClusterOptions> = {},
): DbCluster =>
  createDbCluster({
    primaryUrl,
    replicaUrls,
    applicationName: 'test',
    probeEveryMs: 50,
    registry: createRegistry('alert', 'test'),
    onError: () => undefined,
    ...more,
  });

const ids = async (): Promise<readonly number[]> =>
  (await db.write.query<{ id: number }>(sql`select id from alert.notes order by id`)).map(({ id }) => id);

test('values of every kind come back as they went in', async () => {
  const at = '2026-01-02T03:04:05.678Z';
  await db.write.query(sql`
    insert into alert.notes (id, at, tags, body, big) values (1, ${at}, ${['a', 'b,"c']}, ${json([{ x: 1 }])}, ${2 ** 50})`);
  const rows = await db.read.query(sql`select at, tags, body, big from alert.notes where id = ${1}`);
  expect(rows).toEqual([{ at, tags: ['a', 'b,"c'], body: [{ x: 1 }], big: 2 ** 50 }]);
});

test('a transaction commits whole or not at all, and tells only after a commit', async () => {
  const told: string[] = [];
  await db.tx(async (tx) => {
    await tx.query(sql`insert into alert.notes (id) values (2)`);
    tx.afterCommit(() => told.push('committed'));
    expect(told).toEqual([]);
  });
  const failing = db.tx(async (tx) => {
    await tx.query(sql`insert into alert.notes (id) values (3)`);
    tx.afterCommit(() => told.push('never'));
    await tx.query(sql`insert into alert.notes (id) values (2)`);
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(told).toEqual(['committed']);
  expect(await ids()).not.toContain(3);
});

test('a transaction that swallowed an error inside does not pass for committed', async () => {
  const swallowing = db.tx(async (tx) => {
    await tx.query(sql`insert into alert.notes (id) values (4)`);
    await tx.query(sql`select 1 / 0`).catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow('rolled back');
  expect(await ids()).not.toContain(4);
});

test('every write moves the consistency token on; a process that wrote nothing has none', async () => {
  const fresh = open(database.url);
  expect(await fresh.consistencyToken()).toBeUndefined();
  await fresh.close();
  await db.tx((tx) => tx.query(sql`insert into alert.notes (id) values (5)`));
  const first = await db.consistencyToken();
  await db.write.query(sql`insert into alert.notes (id) values (6)`);
  const second = await db.consistencyToken();
  expect(first).toBeDefined();
  expect(second).not.toBe(first);
});

test('a token covers the one that was carried here, and never stands for less', async () => {
  const tokenKeys = [Buffer.alloc(32, 'k')];
  const { decode, encode } = createTokenCodec(tokenKeys);
  const [here, there] = [open(database.url, [], { tokenKeys }), open(database.url, [], { tokenKeys })];
  await here.tx((tx) => tx.query(sql`insert into alert.notes (id) values (25)`));
  await there.tx((tx) => tx.query(sql`insert into alert.notes (id) values (26)`));
  const carried = (await there.consistencyToken()) ?? '';
  expect(await here.consistencyToken(carried)).toBe(carried);
  const { timeline, lsn } = decode(carried);
  expect(decode((await here.consistencyToken(encode({ timeline: 0, lsn: lsn + 1n }))) ?? '')).toEqual({
    timeline,
    lsn: lsn + 1n,
  });
  await expect(here.consistencyToken('nonsense')).rejects.toThrow(InvalidConsistencyTokenError);
  expect(decode(await here.tx((tx) => tx.currentToken())).lsn).toBeGreaterThanOrEqual(lsn);
  await Promise.all([here.close(), there.close()]);
});

test('a transaction is covered without a question, and housekeeping moves no token', async () => {
  const own = open(database.url);
  expect(own.committedToken()).toBeUndefined();
  await own.tx((tx) => tx.query(sql`insert into alert.notes (id) values (27)`));
  const committed = own.committedToken();
  expect(await own.consistencyToken()).toBe(committed);
  await own.write.query(sql`delete from alert.notes where id = 27`, { untracked: true });
  expect(await own.consistencyToken()).toBe(committed);
  await own.close();
});

test('a token that is asked for while a write is under way does not pass for the one after it', async () => {
  const writing = db.write.query(sql`insert into alert.notes (id) select 17 from pg_sleep(0.2)`);
  const before = await db.consistencyToken();
  await writing;
  expect(await db.consistencyToken()).not.toBe(before);
});

/** Ends the session of a transaction from outside, and waits until the server has. */
async function endSession(tx: Tx): Promise<void> {
  const [self] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  const isThere = sql`select pid from pg_stat_activity where pid = ${self?.pid}`;
  await db.write.query(sql`select pg_terminate_backend(${self?.pid})`);
  await expect.poll(() => db.write.query(isThere)).toEqual([]);
}

test('a transaction whose connection dies before the commit runs again and has its effect once', async () => {
  let runs = 0;
  const told: number[] = [];
  await db.tx(async (tx) => {
    runs += 1;
    const run = runs;
    tx.afterCommit(() => told.push(run));
    await tx.query(sql`insert into alert.notes (id) values (18)`);
    if (run === 1) await endSession(tx);
    await tx.query(sql`insert into alert.notes (id) values (${18 + run})`);
  });
  expect(runs).toBe(2);
  expect(told).toEqual([2]);
  expect((await ids()).filter((id) => id >= 18 && id < 24)).toEqual([18, 20]);
});

test('work that answers a dead connection with an error of its own is not run again', async () => {
  let runs = 0;
  const giving = db.tx(async (tx) => {
    runs += 1;
    await endSession(tx);
    await tx.query(sql`select 1`).catch(() => {
      throw new Error('enough');
    });
  });
  await expect(giving).rejects.toThrow('enough');
  expect(runs).toBe(1);
});

test('a single write whose connection dies is not sent again: its outcome is not known', async () => {
  const dying = db.write.query(sql`/* dying */ insert into alert.notes (id) select 24 from pg_sleep(30)`);
  const settled = dying.catch((error: unknown) => error);
  await expect
    .poll(() =>
      db.read.query(
        sql`select pg_terminate_backend(pid) as ended from pg_stat_activity where query like '/* dying */%'`,
      ),
    )
    .toEqual([{ ended: true }]);
  const error = await settled;
  expect(error).toBeInstanceOf(CommitOutcomeUnknownError);
  expect(isDatabaseUnavailable(error)).toBe(true);
});

test('reads go on when a replica is not there, or is no replica at all', async () => {
  const alias = database.url.replace('127.0.0.1', 'localhost');
  const lonely = open(database.url, ['postgres://nobody@127.0.0.1:1/soc', alias]);
  const rows = await lonely.read.query(sql`select 1 as one`);
  expect(rows).toEqual([{ one: 1 }]);
  expect(await lonely.check()).toMatchObject({ replicas: 2, replicasUsable: 0, lagBytes: null, writeRefused: null });
  await lonely.close();
});

test('an unreachable primary is a connection error, a wrong statement is not', async () => {
  const nowhere = open('postgres://nobody@127.0.0.1:1/soc', [], { failoverWaitMs: 200 });
  await expect(nowhere.write.query(sql`select 1`)).rejects.toBeInstanceOf(NoPrimaryError);
  await expect(nowhere.read.query(sql`select 1`)).rejects.toSatisfy(isDatabaseUnavailable);
  await expect(nowhere.tx(() => Promise.resolve())).rejects.toSatisfy(isDatabaseUnavailable);
  const wrong: unknown = await db.write.query(sql`select nonsense`).catch((error: unknown) => error);
  expect(isDatabaseUnavailable(wrong)).toBe(false);
  await nowhere.close();
});

test("a full disk and a primary turned read-only are the database's fault, not that of the data", () => {
  for (const code of ['53100', '53300', '25006', '58030', '57P01']) {
    expect(isDatabaseUnavailable(markOfDatabase(Object.assign(new Error('no'), { code })))).toBe(true);
  }
  for (const code of ['22001', '23505', '40001', '57014']) {
    expect(isDatabaseUnavailable(markOfDatabase(Object.assign(new Error('no'), { code })))).toBe(false);
  }
});

test("what a transaction's work finds away of its own is thrown as it is, and is not the database", async () => {
  for (const readOnly of [false, true]) {
    let runs = 0;
    const own: unknown = await db
      .tx(
        async () => {
          runs += 1;
          await once(connect(1, '127.0.0.1'), 'connect');
        },
        { readOnly },
      )
      .catch((error: unknown) => error);
    expect(own).toMatchObject({ code: 'ECONNREFUSED' });
    expect({ isAway: isDatabaseUnavailable(own), runs }).toEqual({ isAway: false, runs: 1 });
  }
});

test('withConnection chooses by readOnly', async () => {
  await db.withConnection({ readOnly: false }, (connection) =>
    connection.query(sql`insert into alert.notes (id) values (7)`),
  );
  const rows = await db.withConnection({ readOnly: true }, (connection) =>
    connection.query(sql`select id from alert.notes where id = 7`),
  );
  expect(rows).toEqual([{ id: 7 }]);
});

test('a cluster that is closed refuses at once', async () => {
  const closed = open(database.url, [], { failoverWaitMs: 60_000 });
  await closed.read.query(sql`select 1`);
  await closed.close();
  await expect(closed.write.query(sql`select 1`)).rejects.toSatisfy(isDatabaseUnavailable);
  await expect(closed.read.query(sql`select 1`)).rejects.toSatisfy(isDatabaseUnavailable);
});
