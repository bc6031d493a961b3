import type { Severity } from '@soc/contracts';
import type { ChannelKind } from '@soc/contracts/notification/channels';
import type { NotifiableEvent, NotificationRule } from '@soc/contracts/notification/rules';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { ActiveRule } from './domain/match-rules.ts';

interface RuleRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly events: NotifiableEvent[];
  readonly min_severity: Severity;
  readonly throttle_s: number;
  readonly channel_ids: string[];
  readonly created_at: string;
  readonly updated_at: string;
}

interface ActiveRuleRow extends Pick<RuleRow, 'id' | 'tenant_id' | 'events' | 'min_severity' | 'throttle_s'> {
  readonly channel_ids: string[];
  readonly channel_kinds: ChannelKind[];
}

const columns = sql`
  id, tenant_id, name, enabled, events, min_severity, throttle_s, created_at, updated_at,
  array(select channel_id from notification.rule_channels where rule_id = id order by channel_id) as channel_ids`;

const fromRow = (row: RuleRow): NotificationRule => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  enabled: row.enabled,
  events: row.events,
  minSeverity: row.min_severity,
  channelIds: row.channel_ids,
  throttle: { perSubjectS: row.throttle_s },
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

async function linkChannels(tx: Tx, { id, channelIds }: NotificationRule): Promise<void> {
  await tx.query(sql`
    insert into notification.rule_channels (rule_id, channel_id) select ${id}, unnest(${channelIds}::uuid[])`);
}

/** Who is told about what. */
export function createRuleRepository() {
  return {
    insert: async (tx: Tx, rule: NotificationRule): Promise<void> => {
      await tx.query(sql`
        insert into notification.rules
          (id, tenant_id, name, enabled, events, min_severity, throttle_s, created_at, updated_at)
        values (${rule.id}, ${rule.tenantId}, ${rule.name}, ${rule.enabled}, ${rule.events}, ${rule.minSeverity},
                ${rule.throttle.perSubjectS}, ${rule.createdAt}, ${rule.updatedAt})`);
      await linkChannels(tx, rule);
    },

    update: async (tx: Tx, rule: NotificationRule): Promise<void> => {
      await tx.query(sql`
        update notification.rules
        set name = ${rule.name}, enabled = ${rule.enabled}, events = ${rule.events},
            min_severity = ${rule.minSeverity}, throttle_s = ${rule.throttle.perSubjectS}, updated_at = ${rule.updatedAt}
        where id = ${rule.id}`);
      await tx.query(sql`delete from notification.rule_channels where rule_id = ${rule.id}`);
      await linkChannels(tx, rule);
    },

    find: async (read: Queryable, tenantId: string, id: string): Promise<NotificationRule | undefined> => {
      const [row] = await read.query<RuleRow>(
        sql`select ${columns} from notification.rules where tenant_id = ${tenantId} and id = ${id}`,
      );
      return row && fromRow(row);
    },

    findForUpdate: async (tx: Tx, tenantId: string, id: string): Promise<NotificationRule | undefined> => {
      const [row] = await tx.query<RuleRow>(
        sql`select ${columns} from notification.rules where tenant_id = ${tenantId} and id = ${id} for update`,
      );
      return row && fromRow(row);
    },

    list: async (
      read: Queryable,
      filter: {
        readonly tenantId: string;
        readonly after: { readonly createdAt: string; readonly id: string } | undefined;
        readonly limitRows: number;
      },
    ): Promise<readonly NotificationRule[]> => {
      const { tenantId, after, limitRows } = filter;
      const older = after ? sql`and (created_at, id) < (${after.createdAt}, ${after.id})` : sql``;
      const rows = await read.query<RuleRow>(sql`
        select ${columns} from notification.rules where tenant_id = ${tenantId} ${older}
        order by created_at desc, id desc limit ${limitRows}`);
      return rows.map(fromRow);
    },

    delete: async (write: Queryable, tenantId: string, id: string): Promise<boolean> => {
      const rows = await write.query(
        sql`delete from notification.rules where tenant_id = ${tenantId} and id = ${id} returning id`,
      );
      return rows.length > 0;
    },

    /** The rules that want one of these events, each with its channels that are switched on. */
    listActive: async (
      read: Queryable,
      filter: { readonly tenantIds: readonly string[]; readonly events: readonly NotifiableEvent[] },
    ): Promise<readonly ActiveRule[]> => {
      const rows = await read.query<ActiveRuleRow>(sql`
        select rule.id, rule.tenant_id, rule.events, rule.min_severity, rule.throttle_s,
               array_agg(channel.id order by channel.id) as channel_ids,
               array_agg(channel.kind order by channel.id) as channel_kinds
        from notification.rules as rule
        join notification.rule_channels as link on link.rule_id = rule.id
        join notification.channels as channel on channel.id = link.channel_id and channel.enabled
        where rule.enabled and rule.tenant_id = any(${filter.tenantIds}) and rule.events && ${filter.events}::text[]
        group by rule.id
        order by rule.id`);
      return rows.map((row) => ({
        id: row.id,
        tenantId: row.tenant_id,
        events: row.events,
        minSeverity: row.min_severity,
        throttleS: row.throttle_s,
        channels: row.channel_ids.flatMap((id, index) => {
          const kind = row.channel_kinds[index];
          return kind === undefined ? [] : [{ id, kind }];
        }),
      }));
    },

    /** Tenants with a rule that wants an event, and the least severity any of their rules asks for. */
    listInterest: async (
      read: Queryable,
      event: NotifiableEvent,
    ): Promise<readonly { readonly tenantId: string; readonly minSeverity: Severity }[]> => {
      const rows = await read.query<{ tenant_id: string; min_severity: Severity }>(sql`
        select distinct tenant_id, min_severity from notification.rules where enabled and events @> ${[event]}::text[]`);
      return rows.map(({ tenant_id, min_severity }) => ({ tenantId: tenant_id, minSeverity: min_severity }));
    },
  };
}

export type RuleRepository = ReturnType<typeof createRuleRepository>;
