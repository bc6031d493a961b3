import { portOf, ServiceName } from '@soc/contracts';
import { OperatorError } from './operator-error.ts';

/** One process of a service. */
export interface ServiceInstance {
  readonly service: ServiceName;
  /** 0 for the first, 1 for the first replica beside it. */
  readonly instance: number;
  /** `alert`, `alert-1`: names its log file and its consumer in the event bus. */
  readonly name: string;
  readonly port: number;
  readonly url: string;
}

export interface LayoutOptions {
  readonly portBase: number;
  /** Processes a service, 1 when absent. */
  readonly scale: Readonly<Partial<Record<ServiceName, number>>>;
  /** Services to run beside auth and the gateway; all when absent. */
  readonly only?: readonly ServiceName[];
}

export interface Layout {
  readonly instances: readonly ServiceInstance[];
  readonly postgresPort: number;
  readonly replicaPort: number;
  readonly redisPort: number;
  /** Of the metrics of backups, where they are on. */
  readonly backupPort: number;
  readonly monitoring: MonitoringPorts;
}

/** Of what watches a fleet, where it is asked for. */
export interface MonitoringPorts {
  readonly prometheus: number;
  readonly alertmanager: number;
  readonly nodeExporter: number;
  /** Of the primary, then of the replica. */
  readonly postgresExporters: readonly number[];
  readonly redisExporter: number;
}

/** Without these no request gets in. */
const ALWAYS: readonly ServiceName[] = ['gateway', 'auth'];

/** Replicas of a service stand a hundred ports apart, so no service can have more. */
const MOST_INSTANCES = 9;

/** The highest port used above the base: the last replica of the last service. */
const SPAN = 100 * MOST_INSTANCES;

/** Which processes run on which ports. Throws `OperatorError` for what cannot be laid out. */
export function layOut({ portBase, scale, only }: LayoutOptions): Layout {
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase + SPAN > 65_535) {
    throw new OperatorError(`The port base must be a whole number from 1024 to ${65_535 - SPAN}, not ${portBase}.`);
  }
  const services = ServiceName.options.filter((name) => !only || only.includes(name) || ALWAYS.includes(name));
  return {
    instances: services.flatMap((service) => instancesOf(service, scale[service] ?? 1, portBase)),
    postgresPort: portBase + 90,
    replicaPort: portBase + 91,
    redisPort: portBase + 92,
    monitoring: {
      prometheus: portBase + 93,
      alertmanager: portBase + 94,
      nodeExporter: portBase + 95,
      postgresExporters: [portBase + 96, portBase + 97],
      redisExporter: portBase + 98,
    },
    backupPort: portBase + 89,
  };
}

function instancesOf(service: ServiceName, count: number, portBase: number): readonly ServiceInstance[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_INSTANCES) {
    throw new OperatorError(`${service} can run 1 to ${MOST_INSTANCES} times, not ${count}.`);
  }
  if (service === 'gateway' && count > 1) throw new OperatorError('The gateway is the one door: it runs once.');
  return Array.from({ length: count }, (_, instance) => {
    const port = portOf(service, portBase) + 100 * instance;
    const name = instance === 0 ? service : `${service}-${instance}`;
    return { service, instance, name, port, url: `http://127.0.0.1:${port}` };
  });
}
