import { performance } from 'node:perf_hooks';
import { createDbCluster, type DbCluster, sql } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { type EmbeddedPair, startEmbeddedPair, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createLoadTable, startConstantLoad } from '../support/constant-load.ts';
import { tell } from '../support/tell.ts';

const ROUNDS = 3;

let pair: EmbeddedPair;
let db: DbCluster;

beforeAll(async () => {
  pair = await startEmbeddedPair(thisHost());
  db = createDbCluster({
    primaryUrl: pair.primaryUrl,
    replicaUrls: [pair.replicaUrl],
    applicationName: 'chaos',
    registry: createRegistry('chaos', 'chaos'),
    onError: () => undefined,
  });
  await createLoadTable(db);
});
afterAll(async () => {
  await db?.close();
  await pair?.stop();
});

test('a replica killed with kill -9 and restored, three times, fails no read and no write', async () => {
  const load = startConstantLoad({ db, writesPerS: 50, readsPerS: 400 });
  onTestFinished(async () => void (await load.stop()));
  const replicaPort = Number(new URL(pair.replicaUrl).port);
  const readsFromReplica = () => load.readsByPort.get(replicaPort) ?? 0;

  for (let round = 1; round <= ROUNDS; round++) {
    const before = readsFromReplica();
    await waitFor(() => readsFromReplica() > before + 50, { deadlineMs: 30_000 });
    const killedAt = performance.now();
    await pair.killReplica();
    await waitFor(() => pair.replicaRestarts() === round, { deadlineMs: 30_000 });
    const whileAway = readsFromReplica();
    await waitFor(() => readsFromReplica() > whileAway + 50, { deadlineMs: 60_000 });
    tell(
      `embedded pair: round ${round}: read from again after ${(performance.now() - killedAt).toFixed(0)} ms, ` +
        `longest gap of reads ${load.longestGapMs('reads', killedAt).toFixed(0)} ms`,
    );
  }
  await load.stop();
  expect(load.failedReads).toEqual([]);
  expect([...load.failedWrites.values()]).toEqual([]);
});

test('while nothing is written, a replica is not behind, also after a switch of the log file', async () => {
  await db.write.query(sql`select pg_switch_wal()`);
  const lag = async () => (await db.check()).nodes.find(({ role }) => role === 'replica')?.lagBytes;
  await expect.poll(lag, { timeout: 10_000 }).toBe(0);
});
