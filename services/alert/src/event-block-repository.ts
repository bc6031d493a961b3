import { type Queryable, sql } from '@soc/db-cluster';

/** Events that came together, compressed. */
export interface EventBlock {
  readonly id: string;
  readonly tenantId: string;
  readonly receivedAt: string;
  readonly source: string | null;
  readonly events: number;
  readonly body: Uint8Array;
}

/** Raw events of some days, for backtests. */
export function createEventBlockRepository() {
  return {
    insert: async (tx: Queryable, blocks: readonly EventBlock[]): Promise<void> => {
      if (blocks.length === 0) return;
      await tx.query(sql`
        insert into alert.event_blocks (tenant_id, id, received_at, source, events, body)
        select * from unnest(
          ${blocks.map(({ tenantId }) => tenantId)}::text[], ${blocks.map(({ id }) => id)}::uuid[],
          ${blocks.map(({ receivedAt }) => receivedAt)}::timestamptz[], ${blocks.map(({ source }) => source)}::text[],
          ${blocks.map(({ events }) => events)}::int[], ${blocks.map(({ body }) => Buffer.from(body.buffer, body.byteOffset, body.byteLength))}::bytea[])`);
    },

    /** Newest first. */
    list: (
      read: Queryable,
      tenantId: string,
      range: { readonly from: string | undefined; readonly to: string | undefined },
      page: { readonly beforeId: string | undefined; readonly limitRows: number },
    ): Promise<EventBlock[]> => {
      const { from, to } = range;
      const { beforeId } = page;
      return read.query<EventBlock>(sql`
        select id, tenant_id as "tenantId", received_at as "receivedAt", source, events, body from alert.event_blocks
        where tenant_id = ${tenantId}
          ${from === undefined ? sql`` : sql`and received_at >= ${from}`}
          ${to === undefined ? sql`` : sql`and received_at < ${to}`}
          ${beforeId === undefined ? sql`` : sql`and id < ${beforeId}`}
        order by id desc limit ${page.limitRows}`);
    },

    /** Deletes some that are older; tells how many. */
    prune: async (write: Queryable, olderThan: Date, limitRows: number): Promise<number> => {
      const rows = await write.query(sql`
        delete from alert.event_blocks where (tenant_id, id) in (
          select tenant_id, id from alert.event_blocks where received_at < ${olderThan} order by received_at limit ${limitRows})
        returning id`);
      return rows.length;
    },

    /**
     * Deletes some of the oldest of each tenant that has more bytes than these; tells how many. The length of a block is known
     * from its row, without its bytes being read.
     */
    pruneBeyond: async (write: Queryable, mostBytes: number, limitRows: number): Promise<number> => {
      const rows = await write.query(sql`
        delete from alert.event_blocks where (tenant_id, id) in (
          select tenant_id, id from (
            select tenant_id, id, sum(octet_length(body)) over (partition by tenant_id order by id desc) as bytes
            from alert.event_blocks) as counted
          where bytes > ${mostBytes} order by id limit ${limitRows})
        returning id`);
      return rows.length;
    },
  };
}

export type EventBlockRepository = ReturnType<typeof createEventBlockRepository>;
