import { isUtf8 } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import type { DbCluster } from '@soc/db-cluster';
import { isDatabaseUnavailable } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { BusLog } from '@soc/messaging';
import { normaliseDocuments } from '../domain/normalise/normalise.ts';
import { syslogDocument } from '../domain/normalise/payload-format.ts';
import type { VendorMapping } from '../domain/normalise/vendor-mapping.ts';
import type { SyslogRoute } from '../domain/syslog/peers.ts';
import type { Ingest, Submission } from '../ingest.ts';
import type { MappingRepository } from '../mapping-repository.ts';
import type { Sources } from '../sources.ts';
import { storeAll } from '../store-all.ts';
import type { SyslogMetrics, SyslogTransport } from './syslog-metrics.ts';

/** A message as it came, without its framing. */
export interface ArrivedMessage {
  readonly bytes: Buffer;
  readonly route: SyslogRoute;
}

export interface SyslogIntake {
  /** Resolves when every alert of the messages is stored; waits as long as the database is away, until `signal`. */
  readonly accept: (
    transport: SyslogTransport,
    messages: readonly ArrivedMessage[],
    signal: AbortSignal,
  ) => Promise<void>;
}

/** Reads messages and stores what of them is an alert, as the webhooks do. */
export function createSyslogIntake(given: {
  readonly db: Pick<DbCluster, 'read'>;
  readonly ingest: Pick<Ingest, 'many'>;
  readonly mappings: Pick<MappingRepository, 'find'>;
  readonly sources: Sources;
  readonly metrics: SyslogMetrics;
  readonly now: () => Date;
  readonly offsetMinutes: number;
  readonly log: BusLog;
  /** Between tries while the database is away. */
  readonly retryMs: number;
}): SyslogIntake {
  const { db, ingest, mappings, sources, metrics, now, offsetMinutes, log, retryMs } = given;

  /** The mapping of plain messages; undefined where they are no alerts. */
  const plainMapping = async ({ tenantId, mapping }: SyslogRoute): Promise<VendorMapping | undefined> => {
    if (mapping === null) return undefined;
    if (mapping === 'syslog') return sources.find('syslog');
    const stored = await mappings.find(db.read, tenantId, mapping);
    return stored ? { fields: stored.mapping, version: stored.version } : undefined;
  };

  const read = async (transport: SyslogTransport, messages: readonly ArrivedMessage[]): Promise<Submission[]> => {
    const receivedAt = now();
    const plain = new Map<SyslogRoute, VendorMapping | undefined>();
    const submissions: Submission[] = [];
    for (const { bytes, route } of messages) {
      const document = syslogDocument(bytes.toString('utf8'), { nowMs: receivedAt.getTime(), offsetMinutes });
      if (!document.ok) {
        metrics.malformed(transport, route.tenantId, document.reason);
        continue;
      }
      if (document.body === 'plain' && !plain.has(route)) plain.set(route, await plainMapping(route));
      const mapping = document.body === 'plain' ? plain.get(route) : sources.find(document.body);
      const source = document.body === 'plain' ? 'syslog' : document.body;
      const result = mapping && normaliseDocuments(source, mapping, [document.value], { receivedAt });
      const [refused] = result?.refused ?? [];
      if (refused) metrics.malformed(transport, route.tenantId, refused.refusal);
      const alerts = result?.alerts ?? [];
      if (alerts.length === 0 && !refused) metrics.count(transport, 'skipped');
      const origin = { tenantId: route.tenantId, correlationId: uuidv7(receivedAt.getTime()) };
      const name = document.body === 'plain' ? (route.mapping ?? 'syslog') : document.body;
      const readBy = { mapping: name, version: mapping?.version ?? 1 };
      submissions.push(...alerts.map(({ alert }) => ({ alert, ...payloadOf(bytes), readBy, origin })));
    }
    return submissions;
  };

  const store = async (transport: SyslogTransport, submissions: readonly Submission[]): Promise<void> => {
    const accepted = await storeAll(ingest, submissions, log);
    const stored = accepted.filter((alert) => alert !== undefined).length;
    metrics.count(transport, 'alert', stored);
    metrics.count(transport, 'unstorable', accepted.length - stored);
  };

  return {
    accept: async (transport, messages, signal) => {
      if (messages.length === 0) return;
      let submissions: Submission[] | undefined;
      for (;;) {
        try {
          submissions ??= await read(transport, messages);
          return await store(transport, submissions);
        } catch (error) {
          if (!isDatabaseUnavailable(error) || signal.aborted) throw error;
          log.warn({ err: error, messages: messages.length }, 'syslog waits for the database');
          await pause(retryMs, signal);
        }
      }
    },
  };
}

/** To the byte: what is no text, or holds what PostgreSQL's text cannot, is kept in base64. */
function payloadOf(bytes: Buffer): Pick<Submission, 'payload' | 'encoding'> {
  return isUtf8(bytes) && !bytes.includes(0)
    ? { payload: bytes.toString('utf8') }
    : { payload: bytes.toString('base64'), encoding: 'base64' };
}

/** Ends early when the signal does, and leaves nothing behind on it. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
