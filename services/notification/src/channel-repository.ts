import { Channel } from '@soc/contracts/notification/channels';
import { json, type Queryable, sql, type Tx } from '@soc/db-cluster';

/** A channel with its sealed credential. */
export interface KeptChannel {
  readonly channel: Channel;
  readonly sealedSecret: string | null;
}

interface ChannelRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly kind: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly settings: unknown;
  readonly secret: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

const columns = sql`id, tenant_id, kind, name, enabled, settings, secret, created_at, updated_at`;

const fromRow = (row: ChannelRow): KeptChannel => ({
  sealedSecret: row.secret,
  channel: Channel.parse({
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    name: row.name,
    enabled: row.enabled,
    settings: row.settings,
    hasSecret: row.secret !== null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }),
});

/** Where messages can go. */
export function createChannelRepository() {
  return {
    insert: async (write: Queryable, { channel, sealedSecret }: KeptChannel): Promise<void> => {
      await write.query(sql`
        insert into notification.channels (${columns})
        values (${channel.id}, ${channel.tenantId}, ${channel.kind}, ${channel.name}, ${channel.enabled},
                ${json(channel.settings)}, ${sealedSecret}, ${channel.createdAt}, ${channel.updatedAt})`);
    },

    update: async (tx: Tx, { channel, sealedSecret }: KeptChannel): Promise<void> => {
      await tx.query(sql`
        update notification.channels
        set name = ${channel.name}, enabled = ${channel.enabled}, settings = ${json(channel.settings)},
            secret = ${sealedSecret}, updated_at = ${channel.updatedAt}
        where id = ${channel.id}`);
    },

    find: async (read: Queryable, tenantId: string, id: string): Promise<KeptChannel | undefined> => {
      const [row] = await read.query<ChannelRow>(
        sql`select ${columns} from notification.channels where tenant_id = ${tenantId} and id = ${id}`,
      );
      return row && fromRow(row);
    },

    /** Held until the transaction ends: no rule can take the channel up meanwhile. */
    findForUpdate: async (tx: Tx, tenantId: string, id: string): Promise<KeptChannel | undefined> => {
      const [row] = await tx.query<ChannelRow>(
        sql`select ${columns} from notification.channels where tenant_id = ${tenantId} and id = ${id} for update`,
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
    ): Promise<readonly Channel[]> => {
      const { tenantId, after, limitRows } = filter;
      const older = after ? sql`and (created_at, id) < (${after.createdAt}, ${after.id})` : sql``;
      const rows = await read.query<ChannelRow>(sql`
        select ${columns} from notification.channels where tenant_id = ${tenantId} ${older}
        order by created_at desc, id desc limit ${limitRows}`);
      return rows.map((row) => fromRow(row).channel);
    },

    isInUse: async (tx: Tx, id: string): Promise<boolean> => {
      const rows = await tx.query(sql`select from notification.rule_channels where channel_id = ${id} limit 1`);
      return rows.length > 0;
    },

    delete: async (tx: Tx, id: string): Promise<void> => {
      await tx.query(sql`delete from notification.channels where id = ${id}`);
    },

    /** How many of these channels the tenant has; they stay until the transaction ends. */
    countForShare: async (tx: Tx, tenantId: string, ids: readonly string[]): Promise<number> => {
      const rows = await tx.query(sql`
        select from notification.channels where tenant_id = ${tenantId} and id = any(${ids}::uuid[]) for key share`);
      return rows.length;
    },
  };
}

export type ChannelRepository = ReturnType<typeof createChannelRepository>;
