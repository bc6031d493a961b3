import type pg from 'pg';
import { type Lsn, parseLsn } from './lsn.ts';

/** What a server says of itself. */
export interface NodeFacts {
  readonly role: 'primary' | 'replica';
  /** Shared by a primary and its physical copies, and by nobody else. */
  readonly systemId: string;
  /** Tells one running server from another, also when two addresses lead to it. */
  readonly instance: string;
  /** Of a primary, the one it writes; of a replica, one that it has certainly reached. */
  readonly timeline: number;
  /** Of a primary, how far it has written and flushed, which is what it sends; of a replica, how far it has replayed. */
  readonly lsn: Lsn;
}

/**
 * A primary tells its timeline by the name of the log file it writes; its control file is behind for a while after a
 * promotion. How far it has flushed, not where it writes next: after a switch of the log file that is behind the header of a
 * page, where no replica comes until something is written. A replica's control file and, where the role may see it, its receiver tell the least it has reached.
 */
const PROBE = `
  select r.standby,
    (select system_identifier::text from pg_control_system()) as system_id,
    extract(epoch from pg_postmaster_start_time())::text || ':' || coalesce(inet_server_port()::text, 'socket') as instance,
    case when r.standby then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end::text as lsn,
    case when not r.standby then pg_walfile_name(pg_current_wal_insert_lsn()) end as wal_file,
    case when r.standby then (
      select greatest(c.timeline_id, m.min_recovery_end_timeline, (select received_tli from pg_stat_wal_receiver))
      from pg_control_checkpoint() as c, pg_control_recovery() as m) end as reached_timeline
  from (select pg_is_in_recovery() as standby) as r`;

interface ProbeRow {
  readonly standby: boolean;
  readonly system_id: string;
  readonly instance: string;
  readonly lsn: string | null;
  readonly wal_file: string | null;
  readonly reached_timeline: number | null;
}

/** Asks a server what it is. Throws when it does not answer, or answers what no PostgreSQL would. */
export async function askFacts(client: pg.Client): Promise<NodeFacts> {
  const { rows } = await client.query<ProbeRow>({ name: 'soc-probe', text: PROBE });
  const row = rows[0];
  const lsn = parseLsn(row?.lsn ?? '');
  if (!row || lsn === undefined) throw new Error('the server does not tell its log position');
  return {
    role: row.standby ? 'replica' : 'primary',
    systemId: row.system_id,
    instance: row.instance,
    timeline: row.wal_file === null ? (row.reached_timeline ?? 0) : Number.parseInt(row.wal_file.slice(0, 8), 16),
    lsn,
  };
}

/** How far a replica has replayed; undefined when it is no replica. */
export async function askReplayed(client: pg.Client): Promise<Lsn | undefined> {
  const { rows } = await client.query<{ lsn: string | null }>({
    name: 'soc-replayed',
    text: 'select pg_last_wal_replay_lsn()::text as lsn',
  });
  return parseLsn(rows[0]?.lsn ?? '');
}

/** The plan of one statement, as text, for values that are not known (PostgreSQL 16 and later). */
export async function askPlan(client: pg.Client, text: string): Promise<string> {
  // By the extended protocol, which takes one statement only: what is explained can carry no second one that would run.
  const question = {
    text: `explain (generic_plan) ${text}`,
    // The protocol wants a value for each placeholder; the generic plan looks at none of them.
    values: Array.from({ length: placeholdersIn(text) }, () => null),
    queryMode: 'extended',
  };
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(question);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

const placeholdersIn = (text: string): number =>
  Math.max(0, ...Array.from(text.matchAll(/\$(\d{1,4})/g), ([, number]) => Number(number)));
