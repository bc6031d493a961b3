import { z } from 'zod';
import { BackupError, explain, type Pgbackrest } from './run-pgbackrest.ts';

/** A backup in the repository. */
export interface Backup {
  /** pgBackRest's name of it. */
  readonly label: string;
  readonly type: 'full' | 'incr' | 'diff';
  readonly startedAt: Date;
  /** From here on any moment can be gone back to; rounded up, as pgBackRest knows whole seconds. */
  readonly endedAt: Date;
  /** Of the database. */
  readonly sizeBytes: number;
  /** What it added to the repository. */
  readonly storedBytes: number;
  /** Whether pages had wrong checksums while it was made. */
  readonly hasErrors: boolean;
}

/** `pgbackrest info --output=json`, as far as it is read here; all times in whole seconds. */
const Info = z
  .array(
    z.object({
      backup: z.array(
        z.object({
          label: z.string(),
          type: z.enum(['full', 'incr', 'diff']),
          timestamp: z.object({ start: z.number(), stop: z.number() }),
          info: z.object({ size: z.number(), repository: z.object({ delta: z.number() }) }),
          error: z.boolean().nullish(),
        }),
      ),
      repo: z.array(z.object({ status: z.object({ code: z.number(), message: z.string() }) })).default([]),
    }),
  )
  .max(1);

/** Of a stanza: all is well, it is missing, it has no valid backup, its data are missing. Whatever else is a fault. */
const EXPECTED = new Set([0, 1, 2, 3]);

const atSecond = (seconds: number): Date => new Date(seconds * 1000);

/** What a wrong key makes of a file is quoted with its control characters, which JSON does not allow. */
function parseInfo(said: string): z.infer<typeof Info> {
  try {
    // oxlint-disable-next-line no-control-regex
    return Info.parse(JSON.parse(said.replaceAll(/[\u0000-\u001f]/g, ' ')));
  } catch (error) {
    throw new BackupError(explain(`ERROR: [0]: ${said}`, 0), 0, { cause: error });
  }
}

/** The backups in the repository, the oldest first; none when there is nothing yet. Throws `BackupError`. */
export async function listBackups(pgbackrest: Pgbackrest): Promise<readonly Backup[]> {
  const [stanza] = parseInfo(await pgbackrest.run('info', ['--output=json']));
  const fault = stanza?.repo.find(({ status }) => !EXPECTED.has(status.code));
  if (fault) {
    const { message, code } = fault.status;
    throw new BackupError(explain(`ERROR: [0]: ${message}`, code), code);
  }
  return (stanza?.backup ?? []).map(({ label, type, timestamp, info, error }) => ({
    label,
    type,
    startedAt: atSecond(timestamp.start),
    endedAt: atSecond(timestamp.stop + 1),
    sizeBytes: info.size,
    storedBytes: info.repository.delta,
    hasErrors: error === true,
  }));
}

/** What a look at every file of the repository found. */
export interface RepositoryReport {
  readonly isGood: boolean;
  /** pgBackRest's own lines. */
  readonly lines: readonly string[];
}

/** Reads every file of the repository, decrypts it and compares it with its checksum. Throws `BackupError`. */
export async function verifyRepository(pgbackrest: Pgbackrest): Promise<RepositoryReport> {
  // A key that does not fit is told better by the list.
  await listBackups(pgbackrest);
  const lines = (await pgbackrest.run('verify', ['--output=text', '--verbose']))
    .split('\n')
    .filter((line) => line.trim() !== '');
  // Its exit code is 0 whatever it has found.
  const isGood = lines.some((line) => line.trim() === 'status: ok');
  return { isGood, lines };
}

/** Makes a backup, and first what the repository needs to be one. Expires what is older than what is kept. Throws `BackupError`. */
export async function makeBackup(pgbackrest: Pgbackrest, type: 'full' | 'incr', signal?: AbortSignal): Promise<void> {
  await pgbackrest.run('stanza-create', [], signal);
  await pgbackrest.run('backup', [`--type=${type}`], signal);
}
