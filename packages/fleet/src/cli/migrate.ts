import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { migrationStatus, type MigrationStatus } from '@soc/db-cluster';
import { keepBackupSettings } from '../backup/backup-settings.ts';
import { readyBackups } from '../backup/bring-up-backups.ts';
import { claimDataDirectory, findRunningFleet } from '../claim-data-directory.ts';
import { bringUpPrimary } from '../data-servers.ts';
import { planFleet } from '../fleet-plan.ts';
import { layOut } from '../layout.ts';
import { OperatorError } from '../operator-error.ts';
import { createRunningProcesses } from '../running-processes.ts';
import { schemaSources, serviceDatabaseUrl } from '../schemas.ts';
import { keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf, dataDirOption, portBaseOf, portBaseOption } from './fleet-arguments.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Tell what each schema has applied, what is pending and what has drifted.',
  synopsis: 'status',
  options: [dataDirOption, portBaseOption],
  run: async (input) => {
    if (input.positionals.join(' ') !== 'status') {
      throw new OperatorError('Say soc migrate status; the fleet migrates by itself when it starts.');
    }
    const statuses = await withPrimary(input, readStatuses);
    statuses.forEach((status) => tell(status, input.print));
    return statuses.some(({ drifted }) => drifted.length > 0) ? 1 : 0;
  },
};

type ReadFrom = (postgresPort: number, dataDirectory: string) => Promise<readonly MigrationStatus[]>;

const readStatuses: ReadFrom = async (postgresPort, dataDirectory) => {
  const secrets = await keepFleetSecrets(join(dataDirectory, 'secrets'), {});
  return Promise.all(
    schemaSources().map((source) =>
      migrationStatus({ ...source, url: serviceDatabaseUrl(source.schema, postgresPort, secrets) }),
    ),
  );
};

/** Reads from the primary of the fleet that runs, or else starts the primary alone and stops it again. */
async function withPrimary(input: CommandInput, read: ReadFrom): Promise<readonly MigrationStatus[]> {
  const dataDirectory = dataDirOf(input);
  const fleet = await findRunningFleet(dataDirectory, input.host);
  if (fleet) return read(layOut({ portBase: fleet.portBase, scale: {} }).postgresPort, dataDirectory);

  if (!existsSync(join(dataDirectory, 'postgres'))) {
    throw new OperatorError(`There is no data in ${dataDirectory}; soc up makes it, and migrates every schema.`);
  }
  const portBase = portBaseOf(input);
  const layout = layOut({ portBase, scale: {} });
  const claim = await claimDataDirectory(dataDirectory, portBase, input.host);
  const running = createRunningProcesses();
  try {
    const directory = join(dataDirectory, 'secrets');
    const secrets = await keepFleetSecrets(directory, {});
    const backup = await keepBackupSettings(directory, undefined, input.host.env);
    const plan = planFleet({ host: input.host }, { dataDirectory, layout, secrets, monitoring: undefined, backup });
    // What it writes meanwhile must not be missing from the archive.
    const backups = await readyBackups(plan);
    await bringUpPrimary(plan, running, backups?.archiveCommand);
    return await read(layout.postgresPort, dataDirectory);
  } finally {
    await running.stopAll();
    await claim.release();
  }
}

function tell({ schema, applied, pending, drifted }: MigrationStatus, print: (line: string) => void): void {
  print(`${schema.padEnd(14)} ${applied.length} applied, ${pending.length} pending, ${drifted.length} drifted`);
  for (const name of pending) print(`  pending  ${name}`);
  for (const name of drifted) print(`  drifted  ${name}: its file has changed or is gone since it was applied`);
}
