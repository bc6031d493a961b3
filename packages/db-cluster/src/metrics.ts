import { Counter, createDurations, Gauge, type RecordDuration, type Registry, type Tally } from '@soc/monitoring';
import type { Node } from './node.ts';
import type { KnownStatement } from './statement.ts';
import type { StatementLog } from './statement-log.ts';
import type { Replica, TopologyWatch } from './topology-watch.ts';

/** What the sender tells of every statement. */
export interface StatementMetrics {
  readonly waited: (node: Node, waitedMs: number) => void;
  readonly ran: (node: Node, statement: KnownStatement, tookMs: number, failed: boolean) => void;
}

type Role = 'primary' | 'replica';

const roleOf = (node: Node): Role => (node.facts()?.role === 'replica' ? 'replica' : 'primary');

interface Recorder {
  readonly seconds: RecordDuration;
  readonly tally: Tally;
}

/** `soc_db_statement_seconds`, `soc_db_queue_seconds` and `soc_db_slow_statements_total`; the log is told as well. */
export function createStatementMetrics(registry: Registry, log: StatementLog): StatementMetrics {
  const statements = createDurations({
    registry,
    name: 'soc_db_statement_seconds',
    help: 'Duration of statements by name and role of the server, waiting for a connection excluded.',
    labelNames: ['statement', 'role'],
    bucketsS: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  });
  const queue = createDurations({
    registry,
    name: 'soc_db_queue_seconds',
    help: 'Time waited for a connection, by role of the server.',
    labelNames: ['role'],
    bucketsS: [0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 2, 5],
  });
  const slow = new Counter({
    name: 'soc_db_slow_statements_total',
    help: 'Statements that took at least as long as makes them worth remembering.',
    labelNames: ['statement'],
    registers: [registry],
  });
  const waited = { primary: queue.of({ role: 'primary' }), replica: queue.of({ role: 'replica' }) };
  const recorders = { primary: new Map<KnownStatement, Recorder>(), replica: new Map<KnownStatement, Recorder>() };
  const recorderOf = (statement: KnownStatement, role: Role): Recorder => {
    const found = recorders[role].get(statement);
    if (found) return found;
    const recorder = {
      seconds: statements.of({ statement: statement.label, role }),
      tally: log.tallyOf(statement),
    };
    // What has no name of its own is made anew for each use: it must not be kept.
    if (statement.preparedName !== undefined) recorders[role].set(statement, recorder);
    return recorder;
  };
  return {
    waited: (node, waitedMs) => waited[roleOf(node)](waitedMs / 1000),
    ran: (node, statement, tookMs, failed) => {
      const { seconds, tally } = recorderOf(statement, roleOf(node));
      seconds(tookMs / 1000);
      tally.record(tookMs / 1000, failed);
      if (log.note(node, statement, tookMs, failed)) slow.inc({ statement: statement.label });
    },
  };
}

export interface RouterCounters {
  readonly retried: (kind: 'read' | 'write' | 'tx') => void;
  readonly outcomeUnknown: () => void;
}

/** Counts what failovers cost. */
export function createRouterCounters(registry: Registry): RouterCounters {
  const retries = new Counter({
    name: 'soc_db_retries_total',
    help: 'Statements and transactions sent again after a server failed or changed its role.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const unknown = new Counter({
    name: 'soc_db_outcome_unknown_total',
    help: 'Writes whose connection was lost with the commit under way.',
    registers: [registry],
  });
  return { retried: (kind) => retries.inc({ kind }), outcomeUnknown: () => unknown.inc() };
}

const STATES = ['idle', 'busy', 'waiting'] as const;
const PROBLEMS = ['no_primary', 'two_primaries', 'stale_primary'] as const;

/** Gauges of the servers and the view of the cluster, read when they are scraped. */
export function observeCluster(registry: Registry, nodes: readonly Node[], watch: TopologyWatch): void {
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: (set: Gauge<Label>) => void,
  ) => {
    const made: Gauge<Label> = new Gauge({ name, help, labelNames, registers: [registry], collect: () => read(made) });
  };
  gauge(
    'soc_db_pool_connections',
    'Connections by server and state; waiting counts callers.',
    ['node', 'state'],
    (set) => {
      for (const { name, pool } of nodes) {
        for (const state of STATES) set.set({ node: name, state }, pool.counts()[state]);
      }
    },
  );
  gauge('soc_db_node_role', 'What each server is: 2 primary, 1 replica, 0 does not answer.', ['node'], (set) => {
    for (const node of nodes) {
      set.set({ node: node.name }, { primary: 2, replica: 1, none: 0 }[node.facts()?.role ?? 'none']);
    }
  });
  gauge(
    'soc_db_certificate_expiry_timestamp_seconds',
    'When the certificate ends that a server last showed, in seconds since 1970; nothing of servers without TLS.',
    ['node'],
    (set) => {
      set.reset();
      for (const node of nodes) {
        const endsAt = node.certificateEndsAt();
        if (endsAt) set.set({ node: node.name }, endsAt.getTime() / 1000);
      }
    },
  );
  const lag = (read: (replica: Replica) => number) => (set: Gauge<'node'>) => {
    set.reset();
    for (const replica of watch.replicas()) set.set({ node: replica.node.name }, read(replica));
  };
  gauge(
    'soc_db_replica_lag_bytes',
    'Log bytes a replica has not replayed yet.',
    ['node'],
    lag(({ lagBytes }) => lagBytes),
  );
  gauge(
    'soc_db_replica_lag_seconds',
    'How long ago the primary was where a replica is now.',
    ['node'],
    lag(({ lagS }) => lagS),
  );
  gauge('soc_db_write_refused', '1 while writes are refused for this reason.', ['reason'], (set) => {
    for (const reason of PROBLEMS) set.set({ reason }, watch.view().problem?.kind === reason ? 1 : 0);
  });
}
