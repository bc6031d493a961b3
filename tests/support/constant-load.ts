import { performance } from 'node:perf_hooks';
import { type DbCluster, sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { keepPace } from './keep-pace.ts';

export interface LoadOptions {
  readonly db: DbCluster;
  /** Another process's view of the same cluster: it reads with the token of what was last acknowledged. None when absent. */
  readonly elsewhere?: DbCluster;
  /** The first id to insert into `alert.load`; every write takes the next one. */
  readonly firstId?: number;
  readonly writesPerS: number;
  readonly readsPerS: number;
}

/** Writes and reads through a cluster at a constant pace, whatever becomes of the ones before. */
export interface ConstantLoad {
  /** Ids whose write was acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  /** What the writes that were not acknowledged failed with, by id. */
  readonly failedWrites: ReadonlyMap<number, unknown>;
  readonly failedReads: readonly unknown[];
  /** Reads with a token that did not see what the token stands for. */
  readonly staleReads: () => number;
  readonly causalReads: () => number;
  /** Reads answered by each server, by its port. */
  readonly readsByPort: ReadonlyMap<number, number>;
  /** Longest time without an acknowledged write, or an answered read, since `sinceMs` of `performance.now()`. */
  readonly longestGapMs: (of: 'writes' | 'reads', sinceMs: number) => number;
  /** Waits for what is under way. Resolves with the id after the last one used. */
  readonly stop: () => Promise<number>;
}

/** One acknowledged write in so many is read back elsewhere. */
const CAUSAL_EVERY = 4;

/** Makes the table that the load writes to; resolves when a replica has it, too. */
export async function createLoadTable(db: DbCluster): Promise<void> {
  await db.write.query(sql`create schema alert`);
  await db.write.query(sql`create table alert.load (id int primary key, at timestamptz not null default now())`);
  const isThere = sql`select pg_is_in_recovery() and to_regclass('alert.load') is not null as there`;
  await waitFor(async () => (await db.read.query<{ there: boolean }>(isThere))[0]?.there, { deadlineMs: 30_000 });
}

/** Starts the load. Every read must answer and see a table; what it saw may be a moment old. */
export function startConstantLoad({ db, elsewhere, firstId = 1, writesPerS, readsPerS }: LoadOptions): ConstantLoad {
  const acknowledged = new Set<number>();
  const failedWrites = new Map<number, unknown>();
  const failedReads: unknown[] = [];
  const readsByPort = new Map<number, number>();
  const answeredAt = { writes: [performance.now()], reads: [performance.now()] };
  let nextId = firstId;
  let causalReads = 0;
  let staleReads = 0;

  const write = async (): Promise<void> => {
    const id = nextId;
    nextId += 1;
    try {
      await db.write.query(sql`insert into alert.load (id) values (${id})`);
      acknowledged.add(id);
      answeredAt.writes.push(performance.now());
      if (elsewhere && id % CAUSAL_EVERY === 0) await readBack(elsewhere, id);
    } catch (error) {
      failedWrites.set(id, error);
    }
  };
  const readBack = async (other: DbCluster, id: number): Promise<void> => {
    const token = await db.consistencyToken().catch(() => undefined);
    if (token === undefined) return;
    try {
      const rows = await other.readYourWrites(token).query(sql`select from alert.load where id = ${id}`);
      causalReads += 1;
      if (rows.length === 0) staleReads += 1;
    } catch (error) {
      failedReads.push(error);
    }
  };
  const read = async (): Promise<void> => {
    try {
      const rows = await db.read.query<{ port: number }>(
        sql`select inet_server_port() as port, (select max(id) from alert.load) as last`,
      );
      const port = rows[0]?.port ?? 0;
      readsByPort.set(port, (readsByPort.get(port) ?? 0) + 1);
      answeredAt.reads.push(performance.now());
    } catch (error) {
      failedReads.push(error);
    }
  };
  const writes = keepPace(writesPerS, write);
  const reads = keepPace(readsPerS, read);

  return {
    acknowledged,
    failedWrites,
    failedReads,
    staleReads: () => staleReads,
    causalReads: () => causalReads,
    readsByPort,
    longestGapMs: (of, sinceMs) => longestGap([...answeredAt[of], performance.now()], sinceMs),
    stop: async () => {
      await Promise.all([writes.stop(), reads.stop()]);
      return nextId;
    },
  };
}

function longestGap(times: readonly number[], sinceMs: number): number {
  let longest = 0;
  for (let index = 1; index < times.length; index++) {
    const [before = 0, after = 0] = [times[index - 1], times[index]];
    if (after >= sinceMs) longest = Math.max(longest, after - before);
  }
  return longest;
}
