import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { OperatorError } from './operator-error.ts';

/** Whether a port of this machine can be listened on now. */
export async function isPortFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

/** What a fleet has beside services and PostgreSQL. */
export interface Extras {
  readonly redis: boolean;
  readonly monitoring: boolean;
}

/** Every port the fleet needs, and for what. */
const portsOf = (layout: Layout, extras: Extras): readonly (readonly [number, string])[] => [
  ...layout.instances.map(({ port, name }) => [port, name] as const),
  [layout.postgresPort, 'PostgreSQL'],
  [layout.replicaPort, 'the PostgreSQL replica'],
  ...(extras.redis ? [[layout.redisPort, 'Redis'] as const] : []),
  ...(extras.monitoring ? monitoringPortsOf(layout) : []),
];

const monitoringPortsOf = ({ monitoring }: Layout): readonly (readonly [number, string])[] => [
  [monitoring.prometheus, 'Prometheus'],
  [monitoring.alertmanager, 'Alertmanager'],
  [monitoring.nodeExporter, 'the exporter of the machine'],
  ...monitoring.postgresExporters.map((port) => [port, 'an exporter of PostgreSQL'] as const),
  [monitoring.redisExporter, 'the exporter of Redis'],
];

/** The first port that is taken, and what it is for. */
export async function findBusyPort(layout: Layout, extras: Extras): Promise<readonly [number, string] | undefined> {
  const ports = portsOf(layout, extras);
  const areFree = await Promise.all(ports.map(([port]) => isPortFree(port)));
  return ports[areFree.indexOf(false)];
}

/**
 * Throws `OperatorError` when a port is taken. The processes of a fleet that was killed need a moment to end: `patienceMs`
 * is how long they may have it.
 */
export async function demandFreePorts(layout: Layout, extras: Extras, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const busy = await findBusyPort(layout, extras);
    if (!busy) return;
    if (performance.now() >= deadline) {
      throw new OperatorError(
        `Port ${busy[0]}, needed for ${busy[1]}, is in use; stop what uses it or choose other ports with --port-base.`,
      );
    }
    await delay(200);
  }
}
