import { globalSection, STANZA } from '../backup/pgbackrest-conf.ts';
import { POSTGRES_SERVERS } from './compose-names.ts';

/** Where PostgreSQL's containers and that of the backups find the same volumes. */
const REPOSITORY = '/var/lib/pgbackrest';
const SOCKETS = '/run/postgres-sockets';
/** Full backups that are kept, one a week. */
const FULLS_KEPT = 4;

/**
 * Two files of pgBackRest's settings: one that PostgreSQL archives its log with, in whichever container, and one with all servers,
 * for what makes backups of the primary among them.
 */
export function composeBackupFiles(options: {
  readonly cipherPass: string;
  readonly hasReplica: boolean;
}): Readonly<Record<'pgbackrest-archive.conf' | 'pgbackrest.conf', string>> {
  const { cipherPass, hasReplica } = options;
  const global = globalSection({
    repository: { kind: 'folder', path: REPOSITORY },
    cipherPass,
    fullsKept: FULLS_KEPT,
    directory: '/tmp',
  });
  const servers = Object.entries(POSTGRES_SERVERS).slice(0, hasReplica ? undefined : 1);
  const stanza = servers.flatMap(([name, port], index) => [
    `pg${index + 1}-path=/var/lib/postgresql/${name}/data`,
    `pg${index + 1}-port=${port}`,
    `pg${index + 1}-socket-path=${SOCKETS}`,
    `pg${index + 1}-user=soc_admin`,
  ]);
  return {
    'pgbackrest-archive.conf': `${global}\n`,
    'pgbackrest.conf': `${[global, '', `[${STANZA}]`, ...stanza].join('\n')}\n`,
  };
}
