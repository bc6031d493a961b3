import { ensureDebianPrograms } from '../../debian-programs.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import {
  ensureMonitoringPrograms,
  MONITORING_PROGRAMS,
  type MonitoringPrograms,
} from '../../monitoring/monitoring-programs.ts';

/** The programs that check what Prometheus and Alertmanager are told. */
export type PrometheusPrograms = Pick<MonitoringPrograms, 'promtool' | 'amtool'>;

/** Finds the programs; installs with apt-get what is missing. No server is started. */
export function ensurePrometheus(host: Host, onOutput: (text: string) => void): Promise<PrometheusPrograms> {
  const { promtool, amtool } = MONITORING_PROGRAMS;
  return ensureDebianPrograms({ promtool, amtool }, host, onOutput);
}

/** Undefined where the programs that watch a fleet are there, or could be installed; the reason otherwise, for tests to skip. */
export async function whyUnwatched(host: Host): Promise<string | undefined> {
  try {
    await ensureMonitoringPrograms(host, () => undefined);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
}
