import { once } from 'node:events';
import { hostname } from 'node:os';
import { readArchiver } from '../backup/archiver-repository.ts';
import { startBackupAgent } from '../backup/backup-agent.ts';
import { type Backup, listBackups, makeBackup, verifyRepository } from '../backup/backup-list.ts';
import { OperatorError } from '../operator-error.ts';
import { findPrimary } from '../postgres/find-primary.ts';
import type { Command, CommandInput } from './command.ts';
import { backupOptions, openBackups } from './open-backups.ts';

const USAGE = 'Say soc backup now, list, verify or schedule.';
const AGENT_PORT = 8089;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const describe = ({ label, type, startedAt, endedAt, sizeBytes, storedBytes, hasErrors }: Backup): string =>
  [
    label.padEnd(36),
    type.padEnd(5),
    `${startedAt.toISOString()} to ${endedAt.toISOString()}`,
    `${megabytes(sizeBytes)}, ${megabytes(storedBytes)} stored`,
    ...(hasErrors ? ['BAD: pages of the database had wrong checksums'] : []),
  ].join('  ');

async function list(input: CommandInput): Promise<number> {
  const backups = await listBackups((await openBackups(input)).pgbackrest);
  for (const backup of backups) input.print(describe(backup));
  const [first] = backups;
  input.print(
    first
      ? `Any moment from ${first.endedAt.toISOString()} on can be gone back to, as far as the log has been archived.`
      : 'There are no backups yet.',
  );
  return 0;
}

async function now(input: CommandInput): Promise<number> {
  const type = input.value('type') ?? 'incr';
  if (type !== 'full' && type !== 'incr') throw new OperatorError(`--type wants full or incr, not ${type}.`);
  const { pgbackrest } = await openBackups(input);
  await makeBackup(pgbackrest, type, input.interrupted);
  const made = (await listBackups(pgbackrest)).at(-1);
  if (made) input.print(describe(made));
  return 0;
}

async function verify(input: CommandInput): Promise<number> {
  const { isGood, lines } = await verifyRepository((await openBackups(input)).pgbackrest);
  for (const line of lines) input.print(line);
  input.print(
    isGood ? 'Every file of the repository is what was written.' : 'BAD: what is named above is damaged or missing.',
  );
  return isGood ? 0 : 1;
}

async function schedule(input: CommandInput): Promise<number> {
  const urls = input.values('admin-url');
  if (urls.length === 0 || !urls.every((url) => URL.canParse(url)) || input.value('config') === undefined) {
    throw new OperatorError(
      'Say soc backup schedule --config FILE --admin-url postgres://postgres@127.0.0.1:5432/postgres; the fleet of npm start has its own.',
    );
  }
  const port = Number(input.value('port') ?? AGENT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new OperatorError('--port wants a port, such as 8089.');
  }
  const { pgbackrest } = await openBackups(input);
  const agent = await startBackupAgent({
    pgbackrest,
    readState: async () => readArchiver(await findPrimary(urls)),
    port,
    address: input.value('address') ?? '127.0.0.1',
    instance: hostname(),
    now: () => new Date(),
    onEvent: (text) => input.print(JSON.stringify({ time: new Date().toISOString(), msg: text })),
  });
  if (!input.interrupted.aborted) await once(input.interrupted, 'abort');
  await agent.stop();
  return 0;
}

const ACTIONS: Readonly<Record<string, (input: CommandInput) => Promise<number>>> = { now, list, verify, schedule };

export const backupCommand: Command = {
  name: 'backup',
  summary: 'Back PostgreSQL up now, list the backups, verify every file of them, or make them on a schedule.',
  synopsis: 'now | list | verify | schedule',
  options: [
    { name: 'type', value: 'TYPE', help: 'Of now: full or incr; incr when absent, which is full where there is none.' },
    {
      name: 'admin-url',
      value: 'URL',
      isRepeatable: true,
      help: 'Of schedule: connects a role with pg_monitor; its password is in PGPASSWORD. Say it for each server of a cluster.',
    },
    { name: 'port', value: 'PORT', help: `Of schedule: serves GET /metrics; ${AGENT_PORT} when absent.` },
    { name: 'address', value: 'ADDRESS', help: 'Of schedule: where that is served; 127.0.0.1 when absent.' },
    ...backupOptions,
  ],
  run: (input) => {
    const [action = '', ...rest] = input.positionals;
    const run = rest.length === 0 ? ACTIONS[action] : undefined;
    if (!run) throw new OperatorError(USAGE);
    return run(input);
  },
};
