import type { Writable } from 'node:stream';
import { environmentOf, type EnvironmentOptions } from './service-environment.ts';
import { tellStep } from './fleet-event.ts';
import type { FleetPlan } from './fleet-plan.ts';
import type { ServiceInstance } from './layout.ts';
import { NODE_FLAGS } from './node-flags.ts';
import type { RunningProcesses } from './running-processes.ts';
import { serviceDatabaseUrl } from './schemas.ts';
import { mainFileOf } from './services.ts';
import { lifelineOf } from './supervisor/guarded-process.ts';
import { serviceSpec } from './supervisor/service-process.ts';
import { supervise } from './supervisor/supervise.ts';
import { eachAtMost } from './together.ts';

/** With two cores the number makes no difference to the time; four keep the memory of nine starts from adding up. */
const STARTS_AT_ONCE = 4;

/** Starts all services and, when they are ready, the gateway in front of them. */
export async function bringUpServices(
  plan: FleetPlan,
  redisUrl: EnvironmentOptions['redisUrl'],
  running: RunningProcesses,
): Promise<void> {
  const { secrets, layout } = plan;
  const environment: EnvironmentOptions = {
    layout,
    secrets,
    dataDirectory: plan.dataDirectory,
    redisUrl,
    logLevel: plan.logLevel,
    inherited: plan.host.env,
    overrides: plan.env,
    databaseUrl: (service) => serviceDatabaseUrl(service, layout.postgresPort, secrets, plan.databaseTls),
    replicaUrl: (service) =>
      plan.hasReplica ? serviceDatabaseUrl(service, layout.replicaPort, secrets, plan.databaseTls) : undefined,
  };
  const start = (instance: ServiceInstance) => startInstance(plan, instance, environment, running);
  const isGateway = ({ service }: ServiceInstance): boolean => service === 'gateway';
  await eachAtMost(
    STARTS_AT_ONCE,
    layout.instances.filter((instance) => !isGateway(instance)),
    start,
  );
  await eachAtMost(STARTS_AT_ONCE, layout.instances.filter(isGateway), start);
}

async function startInstance(
  plan: FleetPlan,
  instance: ServiceInstance,
  environment: EnvironmentOptions,
  running: RunningProcesses,
): Promise<void> {
  const { name, url, service } = instance;
  const spec = serviceSpec({
    name,
    nodePath: plan.host.nodePath,
    nodeFlags: NODE_FLAGS,
    mainFile: mainFileOf(service),
    env: environmentOf(instance, environment),
    healthUrl: `${url}/health`,
    lifelines: () => lifelinesOf(running),
    log: plan.openLog(name),
  });
  await tellStep(name, plan.onEvent, async () => {
    const process = supervise(spec, plan.onEvent);
    await running.add(service === 'gateway' ? 'gateway' : 'service', process);
    await process.start();
  });
}

/** Of the data servers that must outlive a service. */
function lifelinesOf(running: RunningProcesses): readonly Writable[] {
  return ['postgres primary', 'redis'].flatMap((name) => {
    const child = running.find(name)?.child();
    return child ? [lifelineOf(child)] : [];
  });
}
