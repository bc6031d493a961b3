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
import { plainEvent } from '../domain/syslog/plain-event.ts';
import type { Ingest, Submission } from '../ingest.ts';
import type { MappingRepository } from '../mapping-repository.ts';
import type { Sources } from '../sources.ts';
import { storeAll } from '../store-all.ts';
import type { SyslogDetection } from './syslog-detection.ts';
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

/** What becomes of some messages, and what is left to be done of it. */
interface Arrived {
  readonly submissions: Submission[];
  /** Plain messages as events, by tenant. */
  readonly events: Map<string, string[]>;
}

/** Reads messages, stores what of them is an alert, as the webhooks do, and has the plain ones seen by rules. */
export function createSyslogIntake(given: {
  readonly db: Pick<DbCluster, 'read'>;
  readonly ingest: Pick<Ingest, 'many'>;
  readonly mappings: Pick<MappingRepository, 'find'>;
  readonly sources: Sources;
  readonly detect: SyslogDetection;
  readonly metrics: SyslogMetrics;
  readonly now: () => Date;
  readonly offsetMinutes: number;
  readonly log: BusLog;
  /** Between tries while the database is away. */
  readonly retryMs: number;
}): SyslogIntake {
  const { db, ingest, mappings, sources, detect, metrics, now, offsetMinutes, log, retryMs } = given;

  /** The mapping of plain messages; undefined where they are no alerts. */
  const plainMapping = async ({ tenantId, mapping }: SyslogRoute): Promise<VendorMapping | undefined> => {
    if (mapping === null) return undefined;
    if (mapping === 'syslog') return sources.find('syslog');
    const stored = await mappings.find(db.read, tenantId, mapping);
    return stored ? { fields: stored.mapping, version: stored.version } : undefined;
  };

  const read = async (transport: SyslogTransport, messages: readonly ArrivedMessage[]): Promise<Arrived> => {
    const receivedAt = now();
    const plain = new Map<SyslogRoute, VendorMapping | undefined>();
    const submissions: Submission[] = [];
    const events = new Map<string, string[]>();
    for (const { bytes, route } of messages) {
      const document = syslogDocument(bytes.toString('utf8'), { nowMs: receivedAt.getTime(), offsetMinutes });
      if (!document.ok) {
        metrics.malformed(transport, route.tenantId, document.reason);
        continue;
      }
      if (document.body === 'plain') {
        const line = JSON.stringify(plainEvent(document.value));
        const ofTenant = events.get(route.tenantId);
        if (ofTenant) ofTenant.push(line);
        else events.set(route.tenantId, [line]);
        if (!plain.has(route)) plain.set(route, await plainMapping(route));
      }
      const mapping = document.body === 'plain' ? plain.get(route) : sources.find(document.body);
      const source = document.body === 'plain' ? 'syslog' : document.body;
      const result = mapping && normaliseDocuments(source, mapping, [document.value], { receivedAt });
      const [refused] = result?.refused ?? [];
      if (refused) metrics.malformed(transport, route.tenantId, refused.refusal);
      const alerts = result?.alerts ?? [];
      if (alerts.length === 0 && !refused && document.body !== 'plain') metrics.count(transport, 'skipped');
      const origin = { tenantId: route.tenantId, correlationId: uuidv7(receivedAt.getTime()) };
      const name = document.body === 'plain' ? (route.mapping ?? 'syslog') : document.body;
      const readBy = { mapping: name, version: mapping?.version ?? 1 };
      submissions.push(...alerts.map(({ alert }) => ({ alert, ...payloadOf(bytes), readBy, origin })));
    }
    return { submissions, events };
  };

  const store = async (transport: SyslogTransport, submissions: readonly Submission[]): Promise<void> => {
    const accepted = await storeAll(ingest, submissions, log);
    const stored = accepted.filter((alert) => alert !== undefined).length;
    metrics.count(transport, 'alert', stored);
    metrics.count(transport, 'unstorable', accepted.length - stored);
  };

  /** Takes what is done from what is left, so that nothing is done twice. */
  const finish = async (transport: SyslogTransport, { submissions, events }: Arrived): Promise<void> => {
    await store(transport, submissions);
    submissions.length = 0;
    for (const [tenantId, lines] of events) {
      metrics.count(transport, (await detect(tenantId, lines)) ? 'event' : 'undetected', lines.length);
      events.delete(tenantId);
    }
  };

  return {
    accept: async (transport, messages, signal) => {
      if (messages.length === 0) return;
      let arrived: Arrived | undefined;
      for (;;) {
        try {
          arrived ??= await read(transport, messages);
          return await finish(transport, arrived);
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
