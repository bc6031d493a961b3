import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createDbCluster, type DbCluster, sql } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { type EmbeddedPair, startEmbeddedPair, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tell } from '../support/tell.ts';

const PAIRS = 10_000;
const PAIRS_WITHOUT_TOKEN = 1_000;
const WRITERS = 64;
const REPLAY_DELAY_MS = 60;
/** A client reads at once, or a little later, when the replica may have replayed what was written. */
const LONGEST_THOUGHT_MS = 60;

let pair: EmbeddedPair;
/** One process writes, another reads: they share nothing but the token. */
let writer: DbCluster;
let reader: DbCluster;

beforeAll(async () => {
  pair = await startEmbeddedPair(thisHost());
  const tokenKeys = [randomBytes(32)];
  const open = (name: string) =>
    createDbCluster({
      primaryUrl: pair.primaryUrl,
      replicaUrls: [pair.replicaUrl],
      applicationName: name,
      tokenKeys,
      registry: createRegistry('chaos', name),
      onError: () => undefined,
    });
  writer = open('writer');
  reader = open('reader');
  await writer.write.query(sql`create schema alert`);
  await writer.write.query(sql`create table alert.facts (id int primary key, version int not null)`);
  await writer.write.query(
    sql`insert into alert.facts (id, version) select id, 0 from generate_series(0, ${WRITERS - 1}) id`,
  );
  await pair.delayReplay(REPLAY_DELAY_MS);
  await waitFor(async () => (await reader.check()).replicasUsable === 1, { deadlineMs: 20_000 });
  const fromReplica = sql`select 1 from alert.facts where pg_is_in_recovery() limit 1`;
  await waitFor(async () => (await reader.read.query(fromReplica)).length === 1);
});
afterAll(async () => {
  await Promise.all([writer?.close(), reader?.close()]);
  await pair?.stop();
});

interface Seen {
  readonly stale: number;
  readonly fromReplica: number;
}

/** Writes a new version and reads it back, `pairs` times over, by 64 writers at once, each with a row of its own. */
async function writeThenRead(pairs: number, from: (token: string | undefined) => Pick<DbCluster['read'], 'query'>) {
  let begun = 0;
  let stale = 0;
  let fromReplica = 0;
  const work = async (id: number): Promise<void> => {
    while (begun < pairs) {
      begun += 1;
      const [written] = await writer.tx((tx) =>
        tx.query<{ version: number }>(
          sql`update alert.facts set version = version + 1 where id = ${id} returning version`,
        ),
      );
      const token = await writer.consistencyToken();
      await pause((begun % 4) * (LONGEST_THOUGHT_MS / 3));
      const [read] = await from(token).query<{ version: number; replica: boolean }>(
        sql`select version, pg_is_in_recovery() as replica from alert.facts where id = ${id}`,
      );
      if (read === undefined || written === undefined || read.version < written.version) stale += 1;
      if (read?.replica) fromReplica += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, id) => work(id)));
  return { stale, fromReplica } satisfies Seen;
}

test('with its token nobody reads less than what was written, and without it some do', async () => {
  const without = await writeThenRead(PAIRS_WITHOUT_TOKEN, () => reader.read);
  const startedAt = performance.now();
  const withToken = await writeThenRead(PAIRS, reader.readYourWrites);
  tell(
    `causal reads: ${PAIRS} pairs in ${((performance.now() - startedAt) / 1000).toFixed(1)} s, ` +
      `${withToken.stale} stale, ${withToken.fromReplica} from the replica; ` +
      `without the token ${without.stale} of ${PAIRS_WITHOUT_TOKEN} stale`,
  );
  expect(without.stale).toBeGreaterThan(0);
  expect(withToken.stale).toBe(0);
  expect(withToken.fromReplica).toBeGreaterThan(PAIRS / 100);
});
