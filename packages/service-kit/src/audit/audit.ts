import { type AuditFact, auditEvents, type ServiceName, uuidv7 } from '@soc/contracts';
import { asSystem, type DbCluster, type Tx } from '@soc/db-cluster';
import type { Outbox } from '@soc/messaging';
import { createMessage, type Message } from '@soc/messaging/publishing';
import type { Registry } from '@soc/monitoring';
import type { Logger } from 'pino';
import { createAuditBuffer } from './audit-buffer.ts';
import { type AuditEntry, factOf } from './audit-entry.ts';
import { createRepeatedRefusals, type TenantFact } from './repeated-refusals.ts';

/** A service's way into the audit trail, which the auth service keeps. */
export interface Audit {
  /**
   * Records what somebody did. In a transaction the record is part of it. Without one it is sent by itself: resolves when it is
   * on its way, or held in memory because it cannot be for now; never throws then. Nobody has to wait for that.
   */
  readonly record: (tx: Tx | undefined, entry: AuditEntry) => Promise<void>;
  /**
   * Records that something was refused or failed, and returns at once. The same again within ten seconds (who, from where, what,
   * why) is counted, and told in one record: nobody fills the trail by asking for what they may not have.
   */
  readonly refuse: (entry: AuditEntry) => void;
}

/** The audit of a service, with what belongs to it. */
export interface RunningAudit {
  readonly audit: Audit;
  readonly start: () => void;
  /** Sends what is held, and what has been counted. */
  readonly flush: () => Promise<void>;
  /** The same for the last time. */
  readonly stop: () => Promise<void>;
}

interface AuditParts {
  readonly service: ServiceName;
  readonly now: () => Date;
  readonly registry: Registry;
  readonly log: Logger;
}

/** Builds the event of a fact. */
function messageOf({ service, now }: AuditParts): (told: TenantFact) => Message {
  const spec = auditEvents.get(service);
  if (!spec) throw new Error(`no type of event for the audit of ${service}`);
  return ({ fact, tenantId, correlationId }) => {
    const subject = fact.target?.id ?? fact.action;
    return createMessage(spec, fact, { tenantId, correlationId, subject }, { source: service, now: now() });
  };
}

const lossOf = (loss: { readonly records: number; readonly since: string }): AuditFact => ({
  action: 'audit.lose',
  outcome: 'failure',
  actor: { kind: 'system' },
  details: loss,
});

/** The way of records that goes by `send`; what `send` cannot take is held in memory for a while. */
export function createAudit(
  parts: AuditParts,
  ways: {
    readonly send: (messages: readonly Message[]) => Promise<void>;
    readonly publish: (tx: Tx, message: Message) => Promise<void>;
  },
): RunningAudit {
  const { log, now, registry } = parts;
  const message = messageOf(parts);
  const newId = (): string => uuidv7(now().getTime());
  const buffer = createAuditBuffer({
    send: ways.send,
    tellLoss: ({ records, since }) =>
      message({
        fact: lossOf({ records, since: since.toISOString() }),
        tenantId: 'default',
        correlationId: newId(),
      }),
    now,
    registry,
    log,
  });
  const told = (entry: AuditEntry): TenantFact => ({
    fact: factOf(entry),
    tenantId: entry.tenantId,
    correlationId: entry.request?.id ?? newId(),
  });
  const refusals = createRepeatedRefusals((refusal) => void buffer.add(message(refusal)));
  return {
    audit: {
      record: async (tx, entry) => {
        const made = message(told(entry));
        return tx ? ways.publish(tx, made) : buffer.add(made);
      },
      refuse: (entry) => {
        const refusal = told(entry);
        if (refusals.isFirst(refusal)) void buffer.add(message(refusal));
      },
    },
    start: refusals.start,
    flush: async () => {
      refusals.stop();
      await buffer.flush();
    },
    stop: async () => {
      refusals.stop();
      await buffer.stop();
    },
  };
}

/** Of a service with a database: by its outbox. */
export const createOutboxAudit = (
  parts: AuditParts,
  { db, outbox }: { readonly db: DbCluster; readonly outbox: Outbox },
): RunningAudit =>
  createAudit(parts, {
    publish: (tx, message) => outbox.publishMany(tx, [message]),
    // The records of all tenants at once.
    send: (batch) => asSystem(() => db.tx((tx) => outbox.publishMany(tx, batch))),
  });
