import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { RestorePoint } from '../backup/choose-backup.ts';
import { recoverCluster } from '../backup/recover-cluster.ts';
import { inspectRestored, type RestoredReport } from '../backup/restored-repository.ts';
import { planRestore, type RestorePlan, restoreFiles, versionOf } from '../backup/restore-cluster.ts';
import { OperatorError } from '../operator-error.ts';
import { SUPERUSER } from '../postgres/initialise-cluster.ts';
import { AUDIT_SIGNING_KEY } from '../secrets/fleet-secrets.ts';
import { checkpointDirectoryOf } from '../service-environment.ts';
import { readCheckpointFiles } from './audit.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf } from './fleet-arguments.ts';
import { backupOptions, openBackups, type OpenedBackups } from './open-backups.ts';
import { readKeys } from './read-keys.ts';

const run = promisify(execFile);

/** A moment with its zone, so that nobody restores by the clock of another country. */
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

function pointOf(text: string | undefined): RestorePoint {
  if (text === 'latest') return 'latest';
  const at = text !== undefined && MOMENT.test(text) ? new Date(text) : undefined;
  if (at && !Number.isNaN(at.getTime())) return at;
  throw new OperatorError('--to wants latest, or a moment with its zone, such as 2026-01-31T03:00:00Z.');
}

/** The `postgres` that belongs to restored files: the fleet's own, or that of Debian's package. */
async function postgresOf(target: string, { installation }: OpenedBackups): Promise<string> {
  const version = await versionOf(target);
  if (installation) {
    const { stdout } = await run(installation.postgres, ['--version']);
    if (/\d+/.exec(stdout)?.[0] === version) return installation.postgres;
  }
  const packaged = `/usr/lib/postgresql/${version}/bin/postgres`;
  await access(packaged).catch(() => {
    throw new OperatorError(
      `The files are in ${target}; to replay the log PostgreSQL ${version} is needed, in ${packaged}.`,
    );
  });
  return packaged;
}

/** What signed checkpoints and which key the trail is held against; nothing where they are gone with the data directory. */
async function trustOf(input: CommandInput): Promise<Parameters<typeof inspectRestored>[1]> {
  const directory = dataDirOf(input);
  try {
    const publicKeys = await readKeys(input.value('key') ?? join(directory, 'secrets', AUDIT_SIGNING_KEY));
    return {
      checkpoints: await readCheckpointFiles(input.value('checkpoints') ?? checkpointDirectoryOf(directory)),
      publicKeys,
    };
  } catch (error) {
    if (input.value('key') !== undefined || input.value('checkpoints') !== undefined) throw error;
    return { checkpoints: [], publicKeys: [] };
  }
}

const describe = ({ backup, to, target }: RestorePlan): readonly string[] => [
  `From backup  ${backup.label} (${backup.type}, ended ${backup.endedAt.toISOString()})`,
  `To           ${to === 'latest' ? 'the end of the archived log' : to.toISOString()}`,
  `Into         ${target}`,
  'Nothing else is changed.',
];

function tell({ counts, lastCommitAt, trail }: RestoredReport, print: (line: string) => void): number {
  print(`Recovered. The last transaction is of ${lastCommitAt?.toISOString() ?? 'before the backup'}.`);
  for (const { database, schema, tables, rows } of counts) {
    print(`  ${`${database}.${schema}`.padEnd(24)}${tables} tables, ${rows} rows`);
  }
  if (!trail) return 0;
  for (const finding of trail.findings) print(`BAD: ${finding}`);
  print(`Audit trail: ${trail.records} records continue the chain, ${trail.signedRecords} of them are signed for.`);
  if (trail.laterCheckpoints > 0) {
    print(
      `${trail.laterCheckpoints} checkpoints were signed after that moment. Move them out of audit-checkpoints and keep them: they tell what was lost.`,
    );
  }
  return trail.findings.length > 0 ? 1 : 0;
}

async function restore(input: CommandInput): Promise<number> {
  const to = pointOf(input.value('to'));
  const named = input.value('target');
  if (named === undefined) throw new OperatorError('Say where to: --target DIR, a folder that is empty or not there.');
  const opened = await openBackups(input);
  const { pgbackrest, account } = opened;
  const plan = await planRestore(pgbackrest, { to, target: resolve(named) }, { host: input.host, now: new Date() });
  for (const line of describe(plan)) input.print(line);
  if (input.value('dry-run') !== undefined) return 0;
  await restoreFiles(pgbackrest, plan, account);
  input.print('The files are there; PostgreSQL replays the log.');
  const trust = await trustOf(input);
  const report = await recoverCluster(
    {
      target: plan.target,
      postgres: await postgresOf(plan.target, opened),
      account,
      logPath: join(dataDirOf(input), 'logs', 'restore.log'),
      user: input.value('user') ?? SUPERUSER,
      signal: input.interrupted,
    },
    (open) => inspectRestored(open, trust),
  );
  return tell(report, input.print);
}

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Bring PostgreSQL back from its backups, as it was at a moment; count its rows and verify the audit trail.',
  synopsis: '',
  options: [
    { name: 'to', value: 'TIME', help: 'latest, or a moment with its zone, such as 2026-01-31T03:00:00Z.' },
    {
      name: 'target',
      value: 'DIR',
      help: 'Where to: a folder that is empty or not there. Data are never overwritten.',
    },
    { name: 'dry-run', help: 'Only say what would be done.' },
    {
      name: 'checkpoints',
      value: 'PATH',
      help: 'A copy of the audit checkpoints; the data directory’s own when absent.',
    },
    { name: 'key', value: 'FILE', help: 'PEM of the key of the audit trail; the data directory’s own when absent.' },
    { name: 'user', value: 'NAME', help: `A superuser of the restored PostgreSQL; ${SUPERUSER} when absent.` },
    ...backupOptions,
  ],
  run: restore,
};
