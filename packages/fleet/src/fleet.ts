import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { keepBackupSettings } from './backup/backup-settings.ts';
import { bringUpBackups, readyBackups } from './backup/bring-up-backups.ts';
import { type Claim, claimDataDirectory } from './claim-data-directory.ts';
import { bringUpPrimary, bringUpRedis, bringUpReplica, ensureRedisProgram } from './data-servers.ts';
import { tellStep } from './fleet-event.ts';
import type { FleetOptions } from './fleet-options.ts';
import { type FleetPlan, planFleet } from './fleet-plan.ts';
import { layOut, type ServiceInstance } from './layout.ts';
import { ensureMonitoring, planMonitoring } from './monitoring/monitoring-plan.ts';
import { bringUpMonitoring, type Monitoring } from './monitoring/start-monitoring.ts';
import { demandFreePorts } from './ports.ts';
import { createRunningProcesses, type RunningProcesses } from './running-processes.ts';
import { bringUpSchemas, DATABASE, serviceDatabaseUrl } from './schemas.ts';
import { type AdminCredentials, keepFleetSecrets } from './secrets/fleet-secrets.ts';
import { bringUpServices } from './service-processes.ts';
import { defaultDataDirectory } from './services.ts';
import { together } from './together.ts';
import { warmCompileCache } from './warm-compile-cache.ts';

/** A process of a service as it is now. */
export interface RunningInstance extends ServiceInstance {
  /** Undefined while it is dead and waits for its restart. */
  readonly pid: number | undefined;
  readonly restarts: number;
}

/** A fleet that runs. */
export interface Fleet {
  readonly gatewayUrl: string;
  readonly dataDirectory: string;
  readonly admin: AdminCredentials;
  readonly redisUrl: string;
  readonly postgres: {
    /** Connects the superuser to the primary. */
    readonly adminUrl: string;
    /** Connects the superuser to the replica; undefined when there is none. */
    readonly replicaAdminUrl: string | undefined;
    /** Connects a service's own role to the primary. */
    readonly urlOf: (service: ServiceName) => string;
  };
  /** Who watches it; undefined where nobody was asked to. */
  readonly monitoring: Monitoring | undefined;
  /** Every process of every service, as it is at the moment of asking. */
  readonly services: () => readonly RunningInstance[];
  /** Sends a signal to a process of a service; the fleet starts it again when it dies of it. */
  readonly kill: (service: ServiceName, signal: NodeJS.Signals, instance?: number) => void;
  /** Stops everything in order; resolves when no process is left. */
  readonly stop: () => Promise<void>;
  /** Kills everything at once; what was accepted is safe on disk. */
  readonly forceStop: () => void;
}

/** What a killed fleet's processes have to end themselves: the 10 s of a graceful close, and a little. */
const CRASH_PATIENCE_MS = 20_000;

/**
 * Starts PostgreSQL (primary and replica), Redis, and every service as a process of its own, each behind its own database
 * role, then the gateway, then what watches them, where that is asked for. Throws `OperatorError` for what the person who asked can put right; whatever was started is
 * stopped first.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { host, portBase = 8000, dataDirectory = defaultDataDirectory() } = options;
  const layout = layOut({ portBase, scale: options.scale ?? {}, ...(options.only && { only: options.only }) });
  const claim = await claimDataDirectory(dataDirectory, portBase, host);
  const running = createRunningProcesses();
  const interrupt = (): void => void running.stopAll();
  options.signal?.addEventListener('abort', interrupt);
  try {
    const extras = { redis: options.redisUrl === undefined, monitoring: options.monitoring !== undefined };
    await demandFreePorts(layout, extras, claim.followsCrash ? CRASH_PATIENCE_MS : 0);
    const secretsDirectory = join(dataDirectory, 'secrets');
    const secrets = await keepFleetSecrets(secretsDirectory, options.admin ?? {});
    const monitoring = options.monitoring && (await planMonitoring(secretsDirectory, options.monitoring));
    const backup = await keepBackupSettings(secretsDirectory, options.backup, host.env);
    const plan = planFleet(options, { dataDirectory, layout, secrets, monitoring, backup });
    const urls = await bringUp(plan, running, options.signal);
    return describeFleet(plan, { ...urls, running, claim });
  } catch (error) {
    await running.stopAll();
    await claim.release();
    options.signal?.throwIfAborted(); // what failed then is that things were stopped
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
  }
}

async function bringUp(plan: FleetPlan, running: RunningProcesses, signal: AbortSignal | undefined) {
  const redisProgram = await ensureRedisProgram(plan);
  const backups = await readyBackups(plan);
  const watching = plan.monitoring && {
    ...plan.monitoring,
    programs: await ensureMonitoring(plan.host, plan.onEvent),
  };
  signal?.throwIfAborted();
  const warming = warmCompileCache(plan); // never rejects, so it may run on beside the steps below
  const [primary, redis] = await together([
    bringUpPrimary(plan, running, backups?.archiveCommand),
    bringUpRedis(plan, redisProgram, running),
  ]);
  signal?.throwIfAborted();
  const [, replica] = await together([
    bringUpSchemas(plan, primary),
    plan.hasReplica && bringUpReplica(plan, primary, running),
  ]);
  await warming;
  signal?.throwIfAborted();
  await tellStep('Services', plan.onEvent, () => bringUpServices(plan, redis.urlOf, running));
  signal?.throwIfAborted();
  if (backups) await bringUpBackups(plan, backups, primary, running);
  const replicaAdminUrl = replica ? replica.adminUrl(DATABASE) : undefined;
  const urls = { redisUrl: redis.url, adminUrl: primary.adminUrl(DATABASE), replicaAdminUrl };
  const monitoring = watching && (await bringUpMonitoring(plan, watching, urls.adminUrl, running));
  signal?.throwIfAborted();
  return { ...urls, monitoring };
}

function describeFleet(
  { layout, dataDirectory, secrets, onEvent, closeLogs }: FleetPlan,
  parts: {
    readonly redisUrl: string;
    readonly adminUrl: string;
    readonly replicaAdminUrl: string | undefined;
    readonly monitoring: Monitoring | undefined;
    readonly running: RunningProcesses;
    readonly claim: Claim;
  },
): Fleet {
  const { running, claim } = parts;
  const instanceOf = (service: ServiceName, instance: number): ServiceInstance => {
    const found = layout.instances.find((each) => each.service === service && each.instance === instance);
    if (!found) throw new Error(`this fleet has no ${service} ${instance}`);
    return found;
  };
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await running.stopAll((name) => onEvent({ kind: 'began', step: `Stopping ${name}` }));
    await claim.release();
    closeLogs();
  };
  return {
    gatewayUrl: instanceOf('gateway', 0).url,
    dataDirectory,
    admin: secrets.admin,
    redisUrl: parts.redisUrl,
    postgres: {
      adminUrl: parts.adminUrl,
      replicaAdminUrl: parts.replicaAdminUrl,
      urlOf: (service) => serviceDatabaseUrl(service, layout.postgresPort, secrets),
    },
    monitoring: parts.monitoring,
    services: () =>
      layout.instances.map((instance) => {
        const process = running.find(instance.name);
        return { ...instance, pid: process?.child()?.pid, restarts: process?.restarts() ?? 0 };
      }),
    kill: (service, signal, instance = 0) =>
      void running.find(instanceOf(service, instance).name)?.child()?.kill(signal),
    stop: () => (stopped ??= stop()),
    forceStop: running.killAll,
  };
}
