import { Counter, Gauge, type Registry } from '@soc/monitoring';
import type { BusLog } from '@soc/messaging';

export type SyslogTransport = 'udp' | 'tcp' | 'tls';
/** What became of a message that was read. */
type Outcome = 'alert' | 'event' | 'undetected' | 'skipped' | 'malformed' | 'unstorable';
/** Why one was not read. */
type Drop = 'unknown_peer' | 'queue_full' | 'too_long' | 'cut_off' | 'stopped';

export interface SyslogMetrics {
  readonly count: (transport: SyslogTransport, outcome: Outcome, number?: number) => void;
  readonly drop: (transport: SyslogTransport, reason: Drop, number?: number) => void;
  readonly malformed: (transport: SyslogTransport, tenantId: string, reason: string) => void;
  readonly connections: (transport: SyslogTransport, change: 1 | -1) => void;
  readonly refusedConnection: (
    transport: SyslogTransport,
    reason: 'unknown_peer' | 'too_many' | 'too_many_of_peer' | 'tls',
  ) => void;
}

/** Between two log lines about the same trouble; the counters tell of each. */
const LOG_EVERY_MS = 10_000;

/** Counts every message once, by what became of it, and tells of trouble without repeating itself. */
export function createSyslogMetrics(registry: Registry, log: BusLog, now: () => Date): SyslogMetrics {
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
  const messages = counter('soc_syslog_messages_total', 'Syslog messages read, by what became of them.', [
    'transport',
    'outcome',
  ]);
  const dropped = counter('soc_syslog_dropped_total', 'Syslog messages that were not read, by the reason.', [
    'transport',
    'reason',
  ]);
  const refused = counter('soc_syslog_refused_connections_total', 'Syslog connections refused, by the reason.', [
    'transport',
    'reason',
  ]);
  const connections = new Gauge({
    name: 'soc_syslog_connections',
    help: 'Syslog connections that are open.',
    labelNames: ['transport'],
    registers: [registry],
  });
  const toldAt = new Map<string, number>();
  const tell = (fields: Readonly<Record<string, string>>, message: string): void => {
    const key = `${message} ${fields['transport']} ${fields['reason'] ?? ''}`;
    const atMs = now().getTime();
    if (atMs - (toldAt.get(key) ?? -LOG_EVERY_MS) < LOG_EVERY_MS) return;
    // Reasons hold parts of messages; their number stays bounded.
    if (toldAt.size > 1_000) toldAt.clear();
    toldAt.set(key, atMs);
    log.warn(fields, message);
  };
  return {
    count: (transport, outcome, number = 1) => messages.inc({ transport, outcome }, number),
    drop: (transport, reason, number = 1) => {
      dropped.inc({ transport, reason }, number);
      tell({ transport, reason }, 'syslog messages are dropped');
    },
    malformed: (transport, tenantId, reason) => {
      messages.inc({ transport, outcome: 'malformed' });
      tell({ transport, tenantId, reason: reason.slice(0, 200) }, 'syslog message is malformed');
    },
    connections: (transport, change) => connections.inc({ transport }, change),
    refusedConnection: (transport, reason) => {
      refused.inc({ transport, reason });
      tell({ transport, reason }, 'syslog connection is refused');
    },
  };
}
