import { type DebianProgram, ensureDebianPrograms } from '../debian-programs.ts';
import type { Host } from '../host.ts';

const ofPackage = (name: string, program = name): DebianProgram => ({
  program,
  package: name,
  service: `${name}.service`,
});

/** What watches a fleet, and which of Debian's packages brings it. */
export const MONITORING_PROGRAMS = {
  prometheus: ofPackage('prometheus'),
  promtool: ofPackage('prometheus', 'promtool'),
  alertmanager: ofPackage('prometheus-alertmanager'),
  amtool: ofPackage('prometheus-alertmanager', 'amtool'),
  nodeExporter: ofPackage('prometheus-node-exporter'),
  postgresExporter: ofPackage('prometheus-postgres-exporter'),
  redisExporter: ofPackage('prometheus-redis-exporter'),
} as const;

export type MonitoringPrograms = Readonly<Record<keyof typeof MONITORING_PROGRAMS, string>>;

/** Finds Prometheus, Alertmanager and the exporters; installs what is missing with apt-get. None of them is started. */
export const ensureMonitoringPrograms = (host: Host, onOutput: (text: string) => void): Promise<MonitoringPrograms> =>
  ensureDebianPrograms(MONITORING_PROGRAMS, host, onOutput);
