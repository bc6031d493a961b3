import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ServerAccount } from '../account/server-account.ts';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { STANZA } from './pgbackrest-conf.ts';

/** What pgBackRest could not do, in a sentence for a person. */
export class BackupError extends OperatorError {
  /** pgBackRest's own number of the error; undefined where it was killed. */
  readonly code: number | undefined;

  constructor(message: string, code: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A pgBackRest with its configuration. */
export interface Pgbackrest {
  /** Runs a command and resolves with what it wrote to standard output. Throws `BackupError`. */
  readonly run: (command: string, args?: readonly string[], signal?: AbortSignal) => Promise<string>;
}

export interface PgbackrestOptions {
  readonly host: Pick<Host, 'signal'>;
  readonly program: string;
  readonly configFile: string;
  /** How it reaches PostgreSQL: `PGHOST` and other variables of libpq. */
  readonly env: Readonly<Record<string, string>>;
  /** Whom it runs as: PostgreSQL's user, as the repository is written by both. */
  readonly account: ServerAccount | undefined;
}

/** Error numbers of pgBackRest (src/build/error/error.yaml) that a person should hear of in other words. */
const MEANINGS: Readonly<Record<number, string>> = {
  50: 'Another backup runs now; wait until it has ended.',
  56: 'PostgreSQL does not answer, or this server is a replica: backups are made on the primary.',
  82: 'A piece of the write-ahead log did not reach the repository in time; the log of PostgreSQL says why.',
};
const UNREADABLE = /CryptoError|unable to flush|key\/value found outside of section|was the repo encrypted/;
const DAMAGED = /CryptoError|unable to flush|zst error|checksum|unexpected eof/i;

/** The sentence for what pgBackRest wrote to standard error. */
export function explain(said: string, code: number): string {
  if (UNREADABLE.test(said) && /\.info'/.test(said)) {
    return 'The repository cannot be read with this key: it was made with another, or what describes it is damaged.';
  }
  if (/has a stanza-create been performed|missing stanza/.test(said)) {
    return 'The repository holds no backups of this fleet.';
  }
  const [reason = said.trim()] = /ERROR: \[\d+\]: ([\s\S]*?)(?=\nP\d\d |\s*$)/.exec(said)?.slice(1) ?? [];
  const own = reason.replaceAll(/\s*\n\s*/g, ' ').trim() || `exit code ${code}`;
  if (DAMAGED.test(own)) return `A file in the repository is damaged (${own}); soc backup verify names it.`;
  return MEANINGS[code] ?? `pgBackRest: ${own}`;
}

export function createPgbackrest({ host, program, configFile, env, account }: PgbackrestOptions): Pgbackrest {
  const always = [`--config=${configFile}`, `--stanza=${STANZA}`, '--no-log-timestamp'];
  const quiet = ['--log-level-console=off', '--log-level-stderr=warn'];
  return {
    run: async (command, args = [], signal) => {
      const child = spawn(program, [...always, ...quiet, ...args, command], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        cwd: '/',
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC', ...env },
        ...account,
      });
      // With its helpers, which would hold its lock for as long as they work.
      const end = (how: NodeJS.Signals): void => void (child.pid !== undefined && host.signal(-child.pid, how));
      const stop = (): void => end('SIGTERM');
      signal?.addEventListener('abort', stop);
      try {
        const ended = once(child, 'exit').then(([code, how]) => {
          end('SIGKILL');
          // Node's own types of the event.
          return { code: code as number | null, how: how as NodeJS.Signals | null };
        });
        const [stdout, stderr, { code, how }] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
        if (code === 0) return stdout;
        if (code === null) throw new BackupError(`pgBackRest was ended by ${how ?? 'a signal'}.`, undefined);
        throw new BackupError(explain(stderr, code), code);
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
  };
}
