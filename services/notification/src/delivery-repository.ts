import type { Severity } from '@soc/contracts';
import type { ChannelKind } from '@soc/contracts/notification/channels';
import type { Delivery, DeliveryStatus } from '@soc/contracts/notification/deliveries';
import type { NotifiableEvent } from '@soc/contracts/notification/rules';
import { joinSql, json, type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { Message } from './domain/message.ts';

/** A delivery as it is first written. */
export interface NewDelivery extends Pick<Delivery, 'id' | 'tenantId' | 'ruleId' | 'channelId' | 'channelKind'> {
  readonly eventId: string;
  readonly correlationId: string;
  readonly message: Message;
  readonly isSuppressed: boolean;
}

interface DeliveryRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly rule_id: string;
  readonly channel_id: string;
  readonly channel_kind: ChannelKind;
  readonly event_type: NotifiableEvent;
  readonly subject: string;
  readonly title: string;
  readonly severity: Severity | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly next_attempt_at: string | null;
  readonly created_at: string;
  readonly ended_at: string | null;
}

const columns = sql`
  id, tenant_id, rule_id, channel_id, channel_kind, event_type, subject, title, severity, status, attempts, last_error,
  next_attempt_at, created_at, ended_at`;

const fromRow = (row: DeliveryRow): Delivery => ({
  id: row.id,
  tenantId: row.tenant_id,
  ruleId: row.rule_id,
  channelId: row.channel_id,
  channelKind: row.channel_kind,
  eventType: row.event_type,
  subject: row.subject,
  title: row.title,
  severity: row.severity,
  status: row.status,
  attempts: row.attempts,
  lastError: row.last_error,
  nextAttemptAt: row.next_attempt_at,
  createdAt: row.created_at,
  endedAt: row.ended_at,
});

export interface DeliveryFilter {
  readonly tenantId: string;
  readonly status?: DeliveryStatus | undefined;
  readonly channelId?: string | undefined;
  readonly ruleId?: string | undefined;
  readonly subject?: string | undefined;
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
  readonly limitRows: number;
}

/** The delivery log as it is written by events and read by people. */
export function createDeliveryRepository() {
  return {
    insert: async (tx: Tx, deliveries: readonly NewDelivery[], at: Date): Promise<void> => {
      if (deliveries.length === 0) return;
      const column = <Value>(value: (delivery: NewDelivery) => Value): Value[] => deliveries.map(value);
      await tx.query(sql`
        insert into notification.deliveries
          (id, tenant_id, rule_id, channel_id, channel_kind, event_type, event_id, correlation_id, subject, title,
           severity, message, status, next_attempt_at, created_at, ended_at)
        select id, tenant_id, rule_id, channel_id, channel_kind, event_type, event_id, correlation_id, subject, title,
               severity, message, case when suppressed then 'suppressed' else 'pending' end,
               case when suppressed then null else ${at}::timestamptz end, ${at}::timestamptz,
               case when suppressed then ${at}::timestamptz end
        from unnest(
          ${column(({ id }) => id)}::uuid[], ${column(({ tenantId }) => tenantId)}::text[],
          ${column(({ ruleId }) => ruleId)}::uuid[], ${column(({ channelId }) => channelId)}::uuid[],
          ${column(({ channelKind }) => channelKind)}::text[], ${column(({ message }) => message.type)}::text[],
          ${column(({ eventId }) => eventId)}::uuid[], ${column(({ correlationId }) => correlationId)}::text[],
          ${column(({ message }) => message.subject)}::text[], ${column(({ message }) => message.title)}::text[],
          ${column(({ message }) => message.severity)}::text[], ${column(({ message }) => json(message))}::jsonb[],
          ${column(({ isSuppressed }) => isSuppressed)}::boolean[])
          as given (id, tenant_id, rule_id, channel_id, channel_kind, event_type, event_id, correlation_id, subject,
                    title, severity, message, suppressed)`);
    },

    list: async (read: Queryable, filter: DeliveryFilter): Promise<readonly Delivery[]> => {
      const { tenantId, status, channelId, ruleId, subject, after, limitRows } = filter;
      const conditions = [sql`tenant_id = ${tenantId}`];
      if (status !== undefined) conditions.push(sql`status = ${status}`);
      if (channelId !== undefined) conditions.push(sql`channel_id = ${channelId}`);
      if (ruleId !== undefined) conditions.push(sql`rule_id = ${ruleId}`);
      if (subject !== undefined) conditions.push(sql`subject = ${subject}`);
      if (after !== undefined) conditions.push(sql`(created_at, id) < (${after.createdAt}, ${after.id})`);
      const rows = await read.query<DeliveryRow>(sql`
        select ${columns} from notification.deliveries where ${joinSql(conditions, ' and ')}
        order by created_at desc, id desc limit ${limitRows}`);
      return rows.map(fromRow);
    },

    exists: async (read: Queryable, tenantId: string, id: string): Promise<boolean> => {
      const rows = await read.query(
        sql`select from notification.deliveries where tenant_id = ${tenantId} and id = ${id}`,
      );
      return rows.length > 0;
    },

    /** Makes a failed delivery due again with all its tries; undefined when there is no failed one of this id. */
    reopen: async (write: Queryable, tenantId: string, id: string, at: Date): Promise<Delivery | undefined> => {
      const [row] = await write.query<DeliveryRow>(sql`
        update notification.deliveries
        set status = 'pending', attempts = 0, next_attempt_at = ${at}, ended_at = null
        where tenant_id = ${tenantId} and id = ${id} and status = 'failed'
        returning ${columns}`);
      return row && fromRow(row);
    },
  };
}

export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;
