import { withConnection } from '../postgres/connection.ts';

/** How far PostgreSQL is with archiving its log. */
export interface ArchiverState {
  /** Segments that are full and not archived yet. */
  readonly waitingFiles: number;
  /** Age of the oldest of them; 0 when none waits. */
  readonly lagSeconds: number;
  /** Calls of `archive_command` that failed since the statistics began. */
  readonly failures: number;
}

interface Row {
  readonly waiting: number;
  readonly lag: number;
  readonly failures: number;
}

const STATE = `
  select count(*)::int as waiting, coalesce(extract(epoch from now() - min(modification)), 0)::float8 as lag,
    (select failed_count::float8 from pg_stat_archiver) as failures
  from pg_ls_archive_statusdir() where name like '%.ready'`;

/** Asked of the primary, as a role with `pg_monitor`. Throws when it does not answer. */
export const readArchiver = (url: string): Promise<ArchiverState> =>
  withConnection(url, async (client) => {
    const { rows } = await client.query<Row>(STATE);
    const { waiting = 0, lag = 0, failures = 0 } = rows[0] ?? {};
    return { waitingFiles: waiting, lagSeconds: Math.max(0, lag), failures };
  });
