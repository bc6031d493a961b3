import { z } from 'zod';
import { readPeers } from './domain/syslog/peers.ts';

/** Of a listener that is off where the variable is absent. */
const Port = z.coerce.number().int().min(1).max(65_535).optional();

const Seconds = z.coerce.number().int().min(1);

/** What the alert service reads from its environment beside what every service has. */
export const AlertConfig = z.object({
  DEDUP_WINDOW_S: Seconds.max(30 * 86_400)
    .default(3_600)
    .describe('How long after its first arrival an alert absorbs others with its fingerprint.'),
  CORRELATION_WINDOW_S: Seconds.max(30 * 86_400)
    .default(3_600)
    .describe('Longest time, by event time, between an alert and the nearest edge of the incident it joins.'),
  RISK_INCIDENT_THRESHOLD: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Risk of a host, user or address at which its alerts in no incident open one; 0 for never.'),
  CORRELATION_MAX_SPAN_S: Seconds.max(365 * 86_400)
    .default(86_400)
    .describe('Longest event time an incident spans before it is locked and later alerts begin a new one.'),
  SIGMA_LATENESS_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe(
      'How much earlier than the latest event of its group an event may be and still count in a Sigma correlation.',
    ),
  SIGMA_WINDOW_EVENTS: z.coerce
    .number()
    .int()
    .min(100)
    .max(100_000)
    .default(5_000)
    .describe('Events that a window of a Sigma correlation remembers at most, where it needs every one.'),
  SILENT_SOURCE_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(3_600)
    .describe(
      'How long after its last event a source of raw events counts as silent, which raises an alert; 0 is never.',
    ),
  EVENTS_KEEP_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(365)
    .default(7)
    .describe('How long raw events are kept for backtests of rules; 0 keeps none.'),
  SEARCH_RAW_EVENTS: z
    .enum(['off', 'alerts', 'all'])
    .default('alerts')
    .describe(
      'Which raw events can be searched: none, those that became an alert, or all that are sent as events, which costs a document each.',
    ),
  EVENTS_KEEP_MB: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000_000)
    .default(20_480)
    .describe(
      'Most raw events of a tenant that are kept, in megabytes as compressed; beyond it the oldest go first. 0 is no bound.',
    ),
  SYSLOG_HOST: z.string().min(1).default('127.0.0.1').describe('Address the syslog listeners are bound to.'),
  SYSLOG_UDP_PORT: Port.describe('Port of syslog over UDP; off when absent.'),
  SYSLOG_TCP_PORT: Port.describe('Port of syslog over TCP, octet counting or lines; off when absent.'),
  SYSLOG_TLS_PORT: Port.describe('Port of syslog over TLS (RFC 5425); off when absent.'),
  SYSLOG_TLS_CERT_FILE: z.string().optional().describe('PEM certificate of the syslog listener over TLS.'),
  SYSLOG_TLS_KEY_FILE: z.string().optional().describe('PEM key of that certificate.'),
  SYSLOG_TLS_CA_FILE: z
    .string()
    .optional()
    .describe('PEM authority: senders over TLS then need a certificate that it signed.'),
  SYSLOG_PEERS: z
    .string()
    .default('')
    .transform((text, context) => {
      const peers = readPeers(text);
      if (typeof peers !== 'string') return peers;
      context.addIssue({ code: 'custom', message: peers });
      return z.NEVER;
    })
    .describe(
      'Who may send syslog, and for which tenant: network=tenant or network=tenant:mapping, with commas between; others are refused.',
    ),
  SYSLOG_MAX_MESSAGE_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(1_048_576)
    .default(65_536)
    .describe('Longest syslog message; a longer one is dropped and counted.'),
  SYSLOG_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(256)
    .describe('Most open connections of each syslog listener over TCP or TLS.'),
  SYSLOG_MAX_PEER_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe('Most of those connections from one address.'),
  SYSLOG_UTC_OFFSET_MINUTES: z.coerce
    .number()
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe('How far clocks of senders that name no zone are ahead of UTC.'),
});
export type AlertConfig = z.infer<typeof AlertConfig>;
