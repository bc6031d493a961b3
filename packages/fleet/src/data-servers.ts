import { join } from 'node:path';
import { tellStep } from './fleet-event.ts';
import type { FleetPlan } from './fleet-plan.ts';
import { preparePostgres } from './postgres/installation.ts';
import { type Primary, type PrimaryOptions, startPrimary } from './postgres/start-primary.ts';
import type { PostgresServer } from './postgres/server-process.ts';
import { startReplica } from './postgres/start-replica.ts';
import { findRedisServer } from './redis/find-redis-server.ts';
import { installRedisServer } from './redis/install-redis-server.ts';
import { demandRedis } from './redis/demand-redis.ts';
import { type RedisUrls, startRedis } from './redis/start-redis.ts';
import { MONITOR } from './monitoring/monitoring-plan.ts';
import type { RunningProcesses } from './running-processes.ts';

/** The program of our own Redis, installed when it is not there; undefined when one that runs elsewhere is used. */
export async function ensureRedisProgram({ redisUrl, host, onEvent }: FleetPlan): Promise<string | undefined> {
  if (redisUrl !== undefined) return undefined;
  const found = await findRedisServer(host.env['PATH'] ?? '');
  if (found !== undefined) return found;
  const tellLine = (text: string) => onEvent({ kind: 'note', text: text.trimEnd() });
  return tellStep('Installing Redis', onEvent, () => installRedisServer(host, tellLine));
}

/** Starts Redis, or makes sure of the one that is given, which all services reach as the user of its URL. */
export async function bringUpRedis(
  plan: FleetPlan,
  program: string | undefined,
  running: RunningProcesses,
): Promise<RedisUrls> {
  const { redisUrl, layout, secrets, host, isDurable, onEvent, openLog } = plan;
  if (program === undefined) return demandRedis(redisUrl ?? '', host.env);
  return tellStep('Redis', onEvent, async () => {
    const { process, ...urls } = await startRedis({
      program,
      directory: join(plan.dataDirectory, 'redis'),
      host,
      port: layout.redisPort,
      password: secrets.redisPassword,
      servicePasswords: secrets.redisServicePasswords,
      prefix: host.env['REDIS_PREFIX'] || 'soc',
      ...(plan.monitoring && { monitor: { user: MONITOR, password: plan.monitoring.password } }),
      isDurable,
      log: openLog('redis'),
      onEvent,
    });
    await running.add('redis', process);
    return urls;
  });
}

async function primaryOptions(plan: FleetPlan): Promise<PrimaryOptions> {
  const { host, layout, secrets, isDurable, onEvent, openLog } = plan;
  return {
    installation: await preparePostgres(join(plan.dataDirectory, 'postgres'), host.uid === 0),
    port: layout.postgresPort,
    superuserPassword: secrets.postgres.superuser,
    isDurable,
    tls: { ...secrets.postgresCertificate, authorityFile: secrets.authorityFile, isRequired: plan.databaseTls },
    host,
    log: openLog('postgres-primary'),
    onEvent,
  };
}

/** Starts the PostgreSQL primary; its log goes through `archiveCommand` where there is one. */
export const bringUpPrimary = (
  plan: FleetPlan,
  running: RunningProcesses,
  archiveCommand: string | undefined,
): Promise<Primary> =>
  tellStep('PostgreSQL', plan.onEvent, async () => {
    const primary = await startPrimary({ ...(await primaryOptions(plan)), archiveCommand });
    await running.add('primary', primary.process);
    return primary;
  });

/** Starts the streaming replica of a primary. */
export const bringUpReplica = (plan: FleetPlan, primary: Primary, running: RunningProcesses): Promise<PostgresServer> =>
  tellStep('PostgreSQL replica', plan.onEvent, async () => {
    const replica = await startReplica({
      ...(await primaryOptions(plan)),
      port: plan.layout.replicaPort,
      log: plan.openLog('postgres-replica'),
      primary,
      primaryPort: plan.layout.postgresPort,
      replicationPassword: plan.secrets.postgres.replication,
    });
    await running.add('replica', replica.process);
    return replica;
  });
