import { createBatcher, type DbCluster, rowsFrom, sql } from '@soc/db-cluster';
import type pg from 'pg';
import { byCallers } from './callers.ts';
import { copyIn } from './copy.ts';

export const CALLERS = 64;

interface Row {
  readonly id: number;
  readonly at: string;
  readonly title: string;
  readonly body: string;
}

/** About 250 bytes, as an alert's row might have in text. */
const rowOf = (id: number): Row => ({
  id,
  at: '2026-01-02T03:04:05.678Z',
  title: `Suspicious process on host-${id}`,
  body: `{"id":${id},"text":"${'x'.repeat(180)}"}`,
});

/** A way of inserting so many rows; resolves when all are committed. */
export type Insert = (rows: number) => Promise<void>;

export interface Inserts {
  readonly single: Insert;
  readonly batched: Insert;
  /** 64 rows a COPY, each committed before the next: what 64 callers that share one would do. */
  readonly copyPer64: Insert;
  /** All rows in one COPY and one commit, their text made beforehand: the most the server can take. */
  readonly copyWhole: Insert;
}

const COLUMNS = { id: 'int', at: 'timestamptz', title: 'text', body: 'text' };
const COPY = 'copy bench.rows (id, at, title, body) from stdin';

const copyText = (from: number, count: number): Buffer => {
  const lines = Array.from({ length: count }, (_, index) => {
    const { id, at, title, body } = rowOf(from + index);
    return `${id}\t${at}\t${title}\t${body}\n`;
  });
  return Buffer.from(lines.join(''));
};

export function createInserts(db: DbCluster, pool: pg.Pool): Inserts {
  const batcher = createBatcher<Row, undefined>({
    maxItems: 500,
    concurrency: 2,
    run: async (rows) => {
      await db.write.query(
        sql`insert into bench.rows (id, at, title, body) select id, at, title, body from ${rowsFrom(COLUMNS, rows)}`,
      );
      return rows.map(() => undefined);
    },
  });
  const copy = async (work: (client: pg.PoolClient) => Promise<void>): Promise<void> => {
    const client = await pool.connect();
    await work(client);
    client.release();
  };
  return {
    single: (rows) =>
      byCallers(CALLERS, rows, (index) => {
        const { id, at, title, body } = rowOf(index);
        return db.write.query(
          sql`insert into bench.rows (id, at, title, body) values (${id}, ${at}, ${title}, ${body})`,
        );
      }),
    batched: (rows) => byCallers(CALLERS, rows, (index) => batcher.add(rowOf(index))),
    copyPer64: (rows) =>
      copy(async (client) => {
        for (let from = 0; from < rows; from += CALLERS) await copyIn(client, COPY, copyText(from, CALLERS));
      }),
    copyWhole: async (rows) => {
      const text = copyText(0, rows);
      await copy((client) => copyIn(client, COPY, text));
    },
  };
}
