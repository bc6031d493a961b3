import { join } from 'node:path';
import type { BackupSettings } from './backup/backup-settings.ts';
import type { FleetEvent } from './fleet-event.ts';
import type { FleetOptions } from './fleet-options.ts';
import type { Layout } from './layout.ts';
import type { MonitoringPlan } from './monitoring/monitoring-plan.ts';
import type { FleetSecrets } from './secrets/fleet-secrets.ts';
import { type LogFile, openLogFile } from './supervisor/log-file.ts';

/** Everything that is settled before the first process starts. */
export interface FleetPlan {
  readonly host: FleetOptions['host'];
  readonly dataDirectory: string;
  readonly layout: Layout;
  readonly secrets: FleetSecrets;
  readonly hasReplica: boolean;
  readonly isDurable: boolean;
  readonly databaseTls: boolean;
  readonly redisUrl: string | undefined;
  /** Undefined where nothing watches. */
  readonly monitoring: MonitoringPlan | undefined;
  /** Undefined where backups were never asked for. */
  readonly backup: BackupSettings | undefined;
  readonly logLevel: string;
  readonly env: NonNullable<FleetOptions['env']>;
  readonly onEvent: (event: FleetEvent) => void;
  /** The log of one process, `<data directory>/logs/<name>.log`. */
  readonly openLog: (name: string) => LogFile;
  /** To be called when nothing runs any more. */
  readonly closeLogs: () => void;
}

/** Settles the options; deaths and recoveries are written to `fleet.log` as JSON lines, beside being told. */
export function planFleet(
  options: FleetOptions,
  settled: Pick<FleetPlan, 'dataDirectory' | 'layout' | 'secrets' | 'monitoring' | 'backup'>,
): FleetPlan {
  const logs: LogFile[] = [];
  const openLog = (name: string): LogFile => {
    const log = openLogFile(join(settled.dataDirectory, 'logs', `${name}.log`));
    logs.push(log);
    return log;
  };
  const fleetLog = openLog('fleet');
  return {
    ...settled,
    host: options.host,
    hasReplica: options.hasReplica ?? true,
    isDurable: options.isDurable ?? true,
    databaseTls: options.databaseTls ?? false,
    redisUrl: options.redisUrl,
    logLevel: options.logLevel ?? 'info',
    env: options.env ?? {},
    onEvent: (event) => {
      fleetLog.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
      options.onEvent?.(event);
    },
    openLog,
    closeLogs: () => logs.forEach((log) => log.close()),
  };
}
