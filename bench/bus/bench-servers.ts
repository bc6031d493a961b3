import { mkdir } from 'node:fs/promises';
import { createDbCluster, migrate } from '@soc/db-cluster';
import { createSharedTestDatabase, makeTemporaryDirectory, startTestPostgres, takeFreePorts } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import { type Endpoints, GROUPS } from './contender.ts';
import type { ContenderName } from './contenders.ts';
import { startNatsServer } from './servers/nats.ts';
import { startRabbitServer } from './servers/rabbit.ts';
import { startRedisServer } from '../servers/redis.ts';

export interface BenchServers {
  readonly endpoints: Endpoints;
  readonly pidOf: (contender: ContenderName) => number;
  /** Leaves nothing of an earlier run in Redis and PostgreSQL. */
  readonly clear: () => Promise<void>;
  /** Rows that handlers of a service have committed. */
  readonly countEffects: (service: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

async function prepareDatabase(serverUrl: string) {
  const { adminUrl, urlOf } = await createSharedTestDatabase(GROUPS, serverUrl);
  const db = createDbCluster({
    primaryUrl: adminUrl,
    replicaUrls: [],
    poolSize: 1,
    applicationName: 'bench',
    registry: createRegistry('bench', 'bench'),
    onError: (error) => console.warn(error.message),
  });
  const run = (text: string) => db.write.query<{ count: number }>({ text, values: [] });
  for (const group of GROUPS) {
    await migrate({ url: urlOf(group), schema: group, directories: [messagingMigrations] });
    await run(`create table ${group}.effects (event_id uuid not null)`);
    await run(`grant all on ${group}.effects to soc_${group}`);
  }
  return {
    run,
    close: () => db.close(),
    databaseUrls: Object.fromEntries(GROUPS.map((group) => [group, urlOf(group)])),
  };
}

/** Starts Redis, NATS, RabbitMQ and PostgreSQL, each on a free port of loopback and with its data in a temporary folder. */
export async function startBenchServers(): Promise<BenchServers> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const directory = await makeTemporaryDirectory('bench-bus');
  const [redisPort, natsPort = 0, amqp = 0, distribution = 0, epmd = 0] = await takeFreePorts(5);
  const redis = await startRedisServer(directory.path, redisPort);
  const nats = await startNatsServer(directory.path, natsPort);
  const rabbit = await startRabbitServer(directory.path, { amqp, distribution, epmd });
  await mkdir(`${directory.path}/pg`, { mode: 0o711 });
  const postgres = await startTestPostgres(`${directory.path}/pg`, true);
  const database = await prepareDatabase(postgres.url);
  const redisUrl = `redis://127.0.0.1:${redisPort}`;
  const commands = new Redis(redisUrl);

  return {
    endpoints: {
      redisUrl,
      natsUrl: `nats://127.0.0.1:${natsPort}`,
      rabbitUrl: `amqp://guest:guest@127.0.0.1:${amqp}`,
      databaseUrls: database.databaseUrls,
    },
    pidOf: (contender) => {
      if (contender === 'nats') return nats.pid;
      return contender === 'rabbit' ? rabbit.pid : redis.pid;
    },
    clear: async () => {
      await commands.flushall('SYNC');
      for (const group of GROUPS) {
        await database.run(`truncate ${group}.effects, ${group}.inbox, ${group}.outbox, ${group}.dead_letters`);
      }
    },
    countEffects: async (service) => {
      const [row] = await database.run(`select count(distinct event_id) as count from ${service}.effects`);
      return row?.count ?? 0;
    },
    stop: async () => {
      commands.disconnect();
      await database.close();
      await Promise.all([redis.stop(), nats.stop(), rabbit.stop(), postgres.stop()]);
      await directory[Symbol.asyncDispose]();
    },
  };
}
