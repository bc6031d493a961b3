import { join } from 'node:path';
import type { Layout } from '../layout.ts';
import type { ScrapeTarget } from './monitoring-config.ts';
import { MONITOR } from './monitoring-plan.ts';
import type { MonitoringPrograms } from './monitoring-programs.ts';
import type { MonitoringServer } from './monitoring-server.ts';

/** What is to be watched, and as whom. */
export interface Watched {
  readonly layout: Layout;
  readonly password: string;
  /** Connects the monitor to each server of PostgreSQL; the first is the primary. */
  readonly postgresUrls: readonly string[];
  /** Undefined where Redis is not one server, which is all the exporter can read. */
  readonly redisUrl: string | undefined;
  /** Whether the schedule of backups runs. */
  readonly isBackedUp: boolean;
}

/** How long samples are kept, and how much disk they may take, whichever comes first. */
const RETENTION = ['--storage.tsdb.retention.time=15d', '--storage.tsdb.retention.size=2GB'];

const listensOn = (port: number): string => `--web.listen-address=127.0.0.1:${port}`;

/** Prometheus, Alertmanager and an exporter for the machine, Redis and each PostgreSQL, in a prepared folder. */
export function monitoringServers(
  programs: MonitoringPrograms,
  directory: string,
  { layout, password, postgresUrls, redisUrl }: Watched,
): readonly MonitoringServer[] {
  const ports = layout.monitoring;
  const external = (port: number): string => `--web.external-url=http://127.0.0.1:${port}/`;
  const postgres = postgresUrls.map((url, index): MonitoringServer => {
    const port = ports.postgresExporters[index] ?? 0;
    return {
      name: `postgres-exporter-${index === 0 ? 'primary' : 'replica'}`,
      program: programs.postgresExporter,
      args: [listensOn(port)],
      env: { DATA_SOURCE_NAME: url },
      port,
      readyPath: '/',
    };
  });
  const redis = redisUrl === undefined ? [] : [redisExporter(programs, ports.redisExporter, redisUrl, password)];
  return [
    {
      name: 'node-exporter',
      program: programs.nodeExporter,
      args: [listensOn(ports.nodeExporter), '--no-collector.systemd'],
      port: ports.nodeExporter,
      readyPath: '/',
    },
    ...postgres,
    ...redis,
    {
      name: 'alertmanager',
      program: programs.alertmanager,
      args: [
        `--config.file=${join(directory, 'alertmanager.yml')}`,
        `--storage.path=${join(directory, 'alertmanager')}`,
        listensOn(ports.alertmanager),
        external(ports.alertmanager),
        '--cluster.listen-address=', // one, without others to agree with
      ],
      port: ports.alertmanager,
      readyPath: '/-/ready',
    },
    {
      name: 'prometheus',
      program: programs.prometheus,
      args: [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'prometheus')}`,
        ...RETENTION,
        listensOn(ports.prometheus),
        external(ports.prometheus),
      ],
      port: ports.prometheus,
      readyPath: '/-/ready',
    },
  ];
}

function redisExporter(programs: MonitoringPrograms, port: number, url: string, password: string): MonitoringServer {
  return {
    name: 'redis-exporter',
    program: programs.redisExporter,
    args: [`-web.listen-address=127.0.0.1:${port}`],
    env: { REDIS_ADDR: url, REDIS_USER: MONITOR, REDIS_PASSWORD: password },
    port,
    readyPath: '/health',
  };
}

/** What Prometheus scrapes of a fleet, by the jobs of its configuration. */
export function scrapeTargets({
  layout,
  postgresUrls,
  redisUrl,
  isBackedUp,
}: Watched): Readonly<Record<string, readonly ScrapeTarget[]>> {
  const { instances, monitoring: ports } = layout;
  const at = (port: number, labels: ScrapeTarget['labels'] = {}): ScrapeTarget => ({
    address: `127.0.0.1:${port}`,
    labels,
  });
  return {
    soc: instances.map(({ service, port }) => at(port, { service })),
    node: [at(ports.nodeExporter)],
    postgres: ports.postgresExporters.slice(0, postgresUrls.length).map((port) => at(port)),
    redis: redisUrl === undefined ? [] : [at(ports.redisExporter)],
    prometheus: [at(ports.prometheus)],
    alertmanager: [at(ports.alertmanager)],
    backup: isBackedUp ? [at(layout.backupPort)] : [],
  };
}
