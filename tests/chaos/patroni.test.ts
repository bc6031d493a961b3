import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { CommitOutcomeUnknownError, createDbCluster, type DbCluster, NotCommittedError, sql } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { type PatroniNode, type PatroniPair, startPatroniPair, untilWritable } from '@soc/fleet/testing/patroni';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ConstantLoad, createLoadTable, startConstantLoad } from '../support/constant-load.ts';
import { tell } from '../support/tell.ts';

const PACE = { writesPerS: 100, readsPerS: 200 };
const ROUNDS = 3;
/** What following a new primary may cost over what Patroni needs to make one. */
const FOLLOWED_WITHIN_MS = 1_000;
/** Of Debian's packages, where they are missing, and the start of the pair. */
const INSTALLED_WITHIN_MS = 600_000;
const SWITCHED_WITHIN_MS = 3_000;

let pair: PatroniPair;
let db: DbCluster;
/** Another process, which learns of a failover by itself. */
let elsewhere: DbCluster;
let nextId = 1;

/** Processes of a fleet share the keys of their tokens. */
const tokenKeys = [randomBytes(32)];

const open = (primary: PatroniNode, other: PatroniNode): DbCluster =>
  createDbCluster({
    primaryUrl: primary.url(),
    replicaUrls: [other.url()],
    applicationName: 'chaos',
    tokenKeys,
    registry: createRegistry('chaos', 'chaos'),
    onError: () => undefined,
  });

beforeAll(async () => {
  pair = await startPatroniPair(thisHost());
  const [first, second] = pair.nodes;
  db = open(first, second);
  // What the configuration calls the primary is a beginning only.
  elsewhere = open(second, first);
  await createLoadTable(db);
}, INSTALLED_WITHIN_MS);
afterAll(async () => {
  await Promise.all([db?.close(), elsewhere?.close()]);
  await pair?.stop();
});

function underLoad(): ConstantLoad {
  const load = startConstantLoad({ db, elsewhere, firstId: nextId, ...PACE });
  onTestFinished(async () => void (await load.stop()));
  return load;
}

async function expectNothingLost(load: ConstantLoad): Promise<void> {
  const from = nextId;
  nextId = await load.stop();
  const rows = await db.write.query<{ id: number }>(sql`select id from alert.load where id >= ${from}`);
  const kept = new Set(rows.map(({ id }) => id));
  const notCommitted = [...load.failedWrites].filter(([, error]) => error instanceof NotCommittedError);
  tell(
    `patroni: ${load.acknowledged.size} writes acknowledged, ${notCommitted.length} not committed, ` +
      `${load.failedWrites.size - notCommitted.length} of unknown outcome; ${load.causalReads()} read back elsewhere`,
  );
  expect([...load.acknowledged].filter((id) => !kept.has(id))).toEqual([]);
  expect(notCommitted.filter(([id]) => kept.has(id))).toEqual([]);
  expect(load.failedReads).toEqual([]);
  expect(load.staleReads()).toBe(0);
  expect(load.causalReads()).toBeGreaterThan(0);
}

/** The node answers reads of the load from here on. */
async function untilReadFrom(load: ConstantLoad, port: number): Promise<void> {
  const before = load.readsByPort.get(port) ?? 0;
  await waitFor(() => (load.readsByPort.get(port) ?? 0) > before + 10, { deadlineMs: 30_000 });
}

test('kill -9 of the primary and its Patroni, three times, loses no acknowledged write, no read and no listener', async () => {
  const load = underLoad();
  const heard = new Set<string | undefined>();
  const listening = db.listen('chaos', (payload) => void heard.add(payload));
  onTestFinished(() => listening.stop());
  for (let round = 1; round <= ROUNDS; round++) {
    const { leader, standby } = await pair.untilWhole();
    await untilReadFrom(load, standby.postgresPort);
    const killedAt = performance.now();
    const [writableAt] = await Promise.all([untilWritable(standby.url()), leader.kill()]);
    const promotedAfterMs = writableAt - killedAt;
    const acknowledged = load.acknowledged.size;
    await waitFor(() => load.acknowledged.size > acknowledged + 10, { deadlineMs: 30_000 });
    const outageMs = load.longestGapMs('writes', killedAt);

    await leader.start();
    await pair.untilWhole();
    await untilReadFrom(load, leader.postgresPort);
    tell(
      `patroni: round ${round}: promoted after ${promotedAfterMs.toFixed(0)} ms, writes out for ${outageMs.toFixed(0)} ms, ` +
        `longest gap of reads ${load.longestGapMs('reads', killedAt).toFixed(0)} ms, ` +
        `whole and read from after ${(performance.now() - killedAt).toFixed(0)} ms`,
    );
    expect(outageMs).toBeLessThanOrEqual(promotedAfterMs + FOLLOWED_WITHIN_MS);
    await db.write.query(sql`select pg_notify('chaos', ${`round ${round}`})`);
    await waitFor(() => heard.has(`round ${round}`), { deadlineMs: 10_000 });
  }
  await expectNothingLost(load);
});

test('a switchover costs at most 3 s of writes, and no read', async () => {
  const load = underLoad();
  const { leader, standby } = await pair.untilWhole();
  await untilReadFrom(load, standby.postgresPort);
  const askedAt = performance.now();
  await pair.switchOver();
  await waitFor(async () => (await pair.untilWhole()).leader === standby, { deadlineMs: 60_000 });
  await untilReadFrom(load, leader.postgresPort);
  const outageMs = load.longestGapMs('writes', askedAt);
  tell(
    `patroni: switchover: writes out for ${outageMs.toFixed(0)} ms, ` +
      `longest gap of reads ${load.longestGapMs('reads', askedAt).toFixed(0)} ms`,
  );
  await expectNothingLost(load);
  expect(outageMs).toBeLessThanOrEqual(SWITCHED_WITHIN_MS);
});

test('a commit that is cancelled while it waits for the standby does not pass for acknowledged', async () => {
  const { standby } = await pair.untilWhole();
  const [receiver] = await elsewhere.read.query<{ pid: number; port: number }>(
    sql`select pid, inet_server_port() as port from pg_stat_activity where backend_type = 'walreceiver'`,
  );
  expect(receiver?.port).toBe(standby.postgresPort);
  const pid = receiver?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
  const [id, idOfTx] = [nextId, nextId + 1];
  const write = db.write.query(sql`insert into alert.load (id) values (${id})`, { timeoutMs: 500 });
  await expect(write).rejects.toThrow(CommitOutcomeUnknownError);

  const inTx = db.tx((tx) => tx.query(sql`insert into alert.load (id) values (${idOfTx})`));
  const waiting = sql`select pid from pg_stat_activity where wait_event = 'SyncRep' and query like 'commit%'`;
  const cancelCommit = async () => {
    const [waiter] = await waitFor(async () => {
      const rows = await elsewhere.write.query<{ pid: number }>(waiting);
      return rows.length > 0 && rows;
    });
    await elsewhere.write.query(sql`select pg_cancel_backend(${waiter?.pid})`);
  };
  await Promise.all([expect(inTx).rejects.toThrow(CommitOutcomeUnknownError), cancelCommit()]);
});
