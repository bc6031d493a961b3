import { hostname } from 'node:os';
import { join } from 'node:path';
import { tellStep } from '../fleet-event.ts';
import type { FleetPlan } from '../fleet-plan.ts';
import { OperatorError } from '../operator-error.ts';
import { preparePostgres } from '../postgres/installation.ts';
import type { Primary } from '../postgres/start-primary.ts';
import type { RunningProcesses } from '../running-processes.ts';
import { readArchiver } from './archiver-repository.ts';
import { startBackupAgent } from './backup-agent.ts';
import { BACKUP_SECRET } from './backup-settings.ts';
import { prepareBackups, type PreparedBackups } from './prepare-backups.ts';

/** Makes backups ready before PostgreSQL starts; undefined where they are off. */
export async function readyBackups(plan: FleetPlan): Promise<PreparedBackups | undefined> {
  const { backup: settings, host, dataDirectory, layout, secrets, onEvent } = plan;
  if (!settings?.isOn) return undefined;
  return tellStep('Backups', onEvent, async () =>
    prepareBackups({
      host,
      settings,
      server: await preparePostgres(join(dataDirectory, 'postgres'), host.uid === 0),
      port: layout.postgresPort,
      superuserPassword: secrets.postgres.superuser,
      isByTls: true,
      onOutput: (text) => onEvent({ kind: 'note', text: text.trimEnd() }),
    }),
  );
}

/** Starts the schedule of backups, which runs in this process. */
export async function bringUpBackups(
  plan: FleetPlan,
  { pgbackrest }: PreparedBackups,
  primary: Primary,
  running: RunningProcesses,
): Promise<void> {
  const { layout, dataDirectory, onEvent } = plan;
  const port = layout.backupPort;
  const agent = await startBackupAgent({
    pgbackrest,
    readState: () => readArchiver(primary.adminUrl()),
    port,
    instance: hostname(),
    now: () => new Date(),
    onEvent: (text) => onEvent({ kind: 'note', text }),
  }).catch((error: unknown) => {
    throw new OperatorError(`Port ${port}, needed for the metrics of backups, cannot be had: ${String(error)}.`);
  });
  await running.add('backups', {
    name: 'backups',
    child: () => undefined,
    restarts: () => 0,
    start: () => Promise.resolve(),
    stop: agent.stop,
    forceStop: () => void agent.stop(),
  });
  const key = join(dataDirectory, 'secrets', BACKUP_SECRET);
  onEvent({ kind: 'note', text: `backups are on; without a copy of ${key} elsewhere nobody can read them` });
}
