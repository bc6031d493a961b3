import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type FleetEvent, tellStep } from '../fleet-event.ts';
import type { FleetOptions } from '../fleet-options.ts';
import type { Host } from '../host.ts';
import { keepSecret } from '../secrets/secret-file.ts';
import { ensureMonitoringPrograms, type MonitoringPrograms } from './monitoring-programs.ts';

/** The user of PostgreSQL and of Redis that exporters log in as. */
export const MONITOR = 'soc_monitor';

/** How a fleet is watched. */
export interface MonitoringPlan {
  /** That of the configuration, 15 s, when absent. */
  readonly scrapeIntervalS: number | undefined;
  /** Of the monitor. */
  readonly password: string;
}

/** Settles how a fleet is watched; the password of the monitor is made at the first start that asks for it. */
export const planMonitoring = async (
  secretsDirectory: string,
  { scrapeIntervalS }: NonNullable<FleetOptions['monitoring']>,
): Promise<MonitoringPlan> => ({
  scrapeIntervalS,
  password: await keepSecret(join(secretsDirectory, 'monitor-password'), () => randomBytes(32).toString('base64url')),
});

/** Finds or installs the programs, told as a step: an installation takes its time. */
export const ensureMonitoring = (host: Host, onEvent: (event: FleetEvent) => void): Promise<MonitoringPrograms> =>
  tellStep('Programs of the monitoring', onEvent, () =>
    ensureMonitoringPrograms(host, (text) => onEvent({ kind: 'note', text: text.trimEnd() })),
  );
