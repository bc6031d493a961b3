import { type DbCluster, sql } from '@soc/db-cluster';
import type pg from 'pg';
import { byCallers, median } from './callers.ts';

const CONNECTIONS = 8;
const QUERIES = 3_000;
const ROUNDS = 21;

/** CPU of this process per query, in microseconds: the server's is not the router's. */
async function cpuPerQuery(callers: number, query: (index: number) => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await byCallers(callers, QUERIES, query);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / QUERIES;
}

export interface Overhead {
  readonly bareUs: number;
  readonly routedUs: number;
  /** Median over the rounds of routed against bare, in percent. */
  readonly overheadPct: number;
}

/** The same prepared statement by primary key through the router and through a bare pool, turn by turn. */
export async function measureOverhead(db: DbCluster, pool: pg.Pool, callers: number): Promise<Overhead> {
  const text = 'select id, title from bench.items where id = $1';
  const bare = (index: number) => pool.query({ name: 'bare', text, values: [index % 1_000] });
  const routed = (index: number) => db.read.query(sql`select id, title from bench.items where id = ${index % 1_000}`);
  await cpuPerQuery(callers, bare);
  await cpuPerQuery(callers, routed);
  const rounds: { readonly bareUs: number; readonly routedUs: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Whoever comes first changes from round to round.
    const first = round % 2 === 0 ? bare : routed;
    const firstUs = await cpuPerQuery(callers, first);
    const secondUs = await cpuPerQuery(callers, first === bare ? routed : bare);
    rounds.push(first === bare ? { bareUs: firstUs, routedUs: secondUs } : { bareUs: secondUs, routedUs: firstUs });
  }
  return {
    bareUs: median(rounds.map(({ bareUs }) => bareUs)),
    routedUs: median(rounds.map(({ routedUs }) => routedUs)),
    overheadPct: (median(rounds.map(({ bareUs, routedUs }) => routedUs / bareUs)) - 1) * 100,
  };
}

export const OVERHEAD_CONNECTIONS = CONNECTIONS;
