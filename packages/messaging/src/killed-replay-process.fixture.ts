import process from 'node:process';
import { MetricRecorded } from '@soc/contracts';
import { createDbCluster, sql } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { createEventBus, createKeyRing, KeyRingData, subscription } from './index.ts';
import { operator } from './recorded-metrics.fixture.ts';

// A process that replays and gets no further than the middle of a handler, where it says so and waits to be killed.
// Environment: DATABASE_URL, REDIS_URL, PREFIX, KEY_RING (JSON), and LETTER (the id of one) or FROM (RFC 3339).
const env = (name: string): string => process.env[name] ?? '';
const registry = createRegistry('storage', 'killed');
const db = createDbCluster({
  primaryUrl: env('DATABASE_URL'),
  replicaUrls: [],
  applicationName: 'killed',
  registry,
  onError: () => undefined,
});
const bus = createEventBus({
  serviceName: 'storage',
  instanceId: 'killed',
  db,
  redisUrl: env('REDIS_URL'),
  prefix: env('PREFIX'),
  keyRing: createKeyRing(KeyRingData.parse(JSON.parse(env('KEY_RING')))),
  registry,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  now: () => new Date(),
});
let handled = 0;
const hangAfter = env('LETTER') === '' ? 130 : 0;
bus.subscribe([
  subscription(MetricRecorded, async ({ name }, { tx, event }) => {
    await tx.query(sql`insert into storage.effects (event_id, note) values (${event.id}, ${name})`);
    handled += 1;
    if (handled <= hangAfter) return;
    process.send?.('in the middle');
    await new Promise(() => undefined);
  }),
]);
bus.start();
if (env('LETTER') === '') {
  await bus.operations.startReplay({ type: 'metric.recorded', from: new Date(env('FROM')), to: undefined }, operator);
} else {
  await bus.operations.deadLetters.replay(env('LETTER'), operator);
}
