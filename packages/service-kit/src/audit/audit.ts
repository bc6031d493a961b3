import { auditEvents, type ServiceName, uuidv7 } from '@soc/contracts';
import { asSystem, type DbCluster, type Tx } from '@soc/db-cluster';
import type { Outbox } from '@soc/messaging';
import { createMessage, type Message } from '@soc/messaging/publishing';
import type { Registry } from '@soc/monitoring';
import type { Logger } from 'pino';
import { traceparentOf } from '../trace.ts';
import { type AuditBuffer, createAuditBuffer } from './audit-buffer.ts';
import { type AuditEntry, factOf } from './audit-entry.ts';

/** A service's way into the audit trail, which the auth service keeps. */
export interface Audit {
  /**
   * Records what somebody did. In a transaction the record is part of it. Without one it is sent by itself: resolves when it is
   * on its way, or held in memory because it cannot be for now; never throws then. Nobody has to wait for that.
   */
  readonly record: (tx: Tx | undefined, entry: AuditEntry) => Promise<void>;
}

interface AuditParts {
  readonly service: ServiceName;
  readonly now: () => Date;
  readonly registry: Registry;
  readonly log: Logger;
}

/** Builds the event of an entry. Throws for an action that is none. */
function messages({ service, now }: AuditParts): (entry: AuditEntry) => Message {
  const spec = auditEvents.get(service);
  if (!spec) throw new Error(`no type of event for the audit of ${service}`);
  return (entry) => {
    const { tenantId, request, target } = entry;
    const meta = {
      tenantId,
      correlationId: request?.id ?? uuidv7(now().getTime()),
      ...(request && { traceparent: traceparentOf(request.headers['traceparent']) }),
      subject: target?.id ?? entry.action,
    };
    return createMessage(spec, factOf(entry), meta, { source: service, now: now() });
  };
}

/** The way of records that goes by `send`; what `send` cannot take is held in memory for a while. */
export function createAudit(
  parts: AuditParts,
  ways: {
    readonly send: (messages: readonly Message[]) => Promise<void>;
    readonly publish: (tx: Tx, message: Message) => Promise<void>;
  },
): Audit & Pick<AuditBuffer, 'stop'> {
  const { log, now, registry } = parts;
  const messageOf = messages(parts);
  const buffer = createAuditBuffer({
    send: ways.send,
    tellLoss: ({ records, since }) =>
      messageOf({
        action: 'audit.lose',
        outcome: 'failure',
        tenantId: 'default',
        details: { records, since: since.toISOString() },
      }),
    now,
    registry,
    log,
  });
  return {
    record: async (tx, entry) => {
      const message = messageOf(entry);
      return tx ? ways.publish(tx, message) : buffer.add(message);
    },
    stop: buffer.stop,
  };
}

/** Of a service with a database: by its outbox. */
export const createOutboxAudit = (
  parts: AuditParts,
  { db, outbox }: { readonly db: DbCluster; readonly outbox: Outbox },
): Audit & Pick<AuditBuffer, 'stop'> =>
  createAudit(parts, {
    publish: (tx, message) => outbox.publishMany(tx, [message]),
    // The records of all tenants at once.
    send: (batch) => asSystem(() => db.tx((tx) => outbox.publishMany(tx, batch))),
  });
