// One process of one service on the bus, as its argument describes it. SIGTERM stops it politely.
import { AlertUpdated, type ServiceName } from '@soc/contracts';
import { createDbCluster } from '@soc/db-cluster';
import { exampleAlert } from '@soc/fleet/testing';
import { createEventBus, createKeyRing, type EventBus, type Subscription, subscription } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { addEffect, changeFacts, type Fact, isCured, subjectOf } from './chaos-facts.ts';
import type { HandlerTemper, WorkerNews, WorkerOrder, WorkerRole } from './worker-role.ts';

/** Transactions a publisher has under way at the same time. */
const LANES = 4;
const POISON: Fact = { id: subjectOf(7), version: 25 };

// The parent writes it.
const role = JSON.parse(process.argv[2] ?? '') as WorkerRole;
const tell = (news: WorkerNews): void => void process.send?.(news);

const registry = createRegistry(role.service, role.instanceId);
const db = createDbCluster({
  primaryUrl: role.databaseUrl,
  replicaUrls: [],
  poolSize: LANES + 1,
  applicationName: role.instanceId,
  registry,
  onError: () => undefined,
});

async function publishBatch(bus: EventBus, batch: number): Promise<void> {
  await db.tx(async (tx) => {
    const messages = (await changeFacts(tx, batch)).map(({ id, version }) =>
      bus.outbox.message(
        AlertUpdated,
        { alert: exampleAlert({ id, version }), changed: ['tags'] },
        { tenantId: 'default', subject: id, correlationId: id },
      ),
    );
    await bus.outbox.publishMany(tx, messages);
  });
}

async function publishBatches(bus: EventBus, { from, to }: NonNullable<WorkerRole['batches']>): Promise<void> {
  let [next, committed] = [from, 0];
  const lane = async (): Promise<void> => {
    while (next < to) {
      next += 1;
      await publishBatch(bus, next - 1);
      committed += 1;
      // At once: what was committed last is on its way to Redis or still in memory.
      if (committed === role.diesAfterBatches) process.kill(process.pid, 'SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function subscriptionOf(service: ServiceName, temper: HandlerTemper): Subscription {
  const { failingShare = 0, isPoisoned = false } = temper;
  let calls = 0;
  return subscription(
    AlertUpdated,
    async ({ alert }, { tx }) => {
      const call = (calls += 1); // batches run side by side: others go on counting meanwhile
      await addEffect(tx, service, alert);
      if (call === role.hangsAtCall) {
        tell('hanging');
        await new Promise<never>(() => undefined);
      }
      const isPoison = isPoisoned && alert.id === POISON.id && alert.version === POISON.version;
      if (isPoison && !(await isCured(tx, service))) throw new Error('this one is poison');
      if (Math.random() < failingShare) throw new Error('not this time');
    },
    {
      retry: { maxAttempts: isPoisoned ? 3 : 25, firstDelayMs: 50, maxDelayMs: 500 },
      batchSize: 64,
      ...(temper.isOrdered ? { order: 'subject' } : { concurrency: LANES }),
    },
  );
}

const bus = createEventBus({
  serviceName: role.service,
  instanceId: role.instanceId,
  db,
  redisUrl: role.redisUrl,
  prefix: role.prefix,
  keyRing: createKeyRing(role.keyRing),
  registry,
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  },
  now: () => new Date(),
});
if (role.handler) bus.subscribe([subscriptionOf(role.service, role.handler)]);
bus.start();
process.once('disconnect', () => process.exit(1)); // the test has ended before us
process.once('SIGTERM', () => {
  void bus
    .close()
    .then(() => db.close())
    .finally(() => process.exit(0));
});
process.on('message', (_: WorkerOrder) => {
  void bus.operations.deadLetters
    .replayAll({}, { kind: 'user', id: 'chaos', name: 'chaos' }, { limitLetters: 10, withinMs: 60_000 })
    .then(() => tell('replayed'));
});
tell('ready');
if (role.batches) {
  await publishBatches(bus, role.batches);
  tell('published');
}
