import { type EventEnvelope, MetricRecorded } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { type EmbeddedPair, startEmbeddedPair, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscription } from './index.ts';
import { createReadAfterEvent } from './read-after-event.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const REPLAY_DELAY_MS = 1_500;

let pair: EmbeddedPair;
const closing: TestBus[] = [];

beforeAll(async () => {
  pair = await startEmbeddedPair(thisHost());
});
afterAll(async () => {
  await Promise.all(closing.map((started) => started.close()));
  await pair?.stop();
});

interface Seen {
  readonly lagging: number;
  readonly caughtUp: number;
  readonly event: EventEnvelope;
}

test('a handler reads what the publisher committed, also where its replica is behind', async () => {
  const seen: Seen[] = [];
  const count = sql`select note from analytics.effects`;
  const hearing = subscription(MetricRecorded, async (_, { readYourWrites, event }) => {
    const lagging = (await reader.db.read.query(count)).length;
    seen.push({ lagging, caughtUp: (await readYourWrites.query(count)).length, event });
  });
  const publisher = await startTestBus('analytics', [], { databaseUrl: pair.primaryUrl });
  const reader = await startTestBus('storage', [hearing], {
    databaseUrl: pair.primaryUrl,
    replicaUrl: pair.replicaUrl,
    prefix: publisher.prefix,
  });
  closing.push(publisher, reader);
  await waitFor(async () => (await reader.db.check()).replicasUsable === 1);
  await pair.delayReplay(REPLAY_DELAY_MS);
  publisher.bus.start();
  reader.bus.start();

  for (let facts = 1; facts <= 3; facts++) {
    await publisher.db.tx(async (tx) => {
      await tx.query(sql`insert into analytics.effects (note) values ('a fact')`);
      const payload = { name: 'n', value: 1, at: new Date().toISOString(), labels: {} };
      const meta = { tenantId: 'default', subject: 's', correlationId: 'c' };
      await publisher.bus.outbox.publish(tx, MetricRecorded, payload, meta);
    });
    await waitFor(() => seen.length === facts);
  }
  expect(seen.map(({ caughtUp }) => caughtUp)).toEqual([1, 2, 3]);
  // Otherwise the replica was not behind, and nothing is proved.
  expect(seen.some(({ lagging }, index) => lagging < index + 1)).toBe(true);

  const consistencytoken = seen.at(-1)?.event.consistencytoken ?? '';
  const elsewhere = createReadAfterEvent(reader.db);
  expect(await elsewhere({ consistencytoken }).query(count)).toHaveLength(3);
  // A token that is none, or none at all, costs a read of the primary and never the event.
  expect(await elsewhere({ consistencytoken: 'of another key' }).query(count)).toHaveLength(3);
  expect(await elsewhere({}).query(count)).toHaveLength(3);
});
