import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { clientConfig, closeConnection, type Connection, openConnection } from './connection.ts';
import { NoPrimaryError, SplitBrainError } from './errors.ts';
import { nodeName } from './node-name.ts';
import { askFacts, type NodeFacts } from './probe.ts';
import { assess, NOTHING_SEEN } from './topology.ts';

export interface ServerOptions {
  readonly urls: readonly string[];
  readonly caFile?: string | undefined;
  /** Longest to wait for a primary. */
  readonly waitMs: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ASK_AGAIN_MS = 250;

interface Reached {
  readonly url: string;
  readonly connection: Connection;
  readonly facts: NodeFacts;
}

/**
 * Runs `work` on a session with the primary among the servers, whichever it is. Throws `NoPrimaryError` when none is found
 * in time, `SplitBrainError` when two say that they are.
 */
export async function withPrimary<T>(options: ServerOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + options.waitMs;
  for (;;) {
    const answers = await Promise.allSettled(options.urls.map((url) => reach(url, options)));
    const reached = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    try {
      const view = assess(
        reached.map((one) => ({ node: one, facts: one.facts })),
        NOTHING_SEEN,
        ({ url }) => nodeName(url),
      );
      if (view.primary) return await work(view.primary.connection.client);
      const failure = answers.find((answer) => answer.status === 'rejected');
      if (view.problem?.kind !== 'no_primary') throw new SplitBrainError(`no migration: ${view.problem?.detail}`);
      if (performance.now() > deadlineMs) throw noPrimary(view.problem.detail, failure);
    } finally {
      for (const { connection } of reached) closeConnection(connection);
    }
    await delay(ASK_AGAIN_MS);
  }
}

/** What kept a server from being reached, such as a wrong password, is more to the point than that there is no primary. */
function noPrimary(detail: string, failure: PromiseRejectedResult | undefined): NoPrimaryError {
  const cause: unknown = failure?.reason;
  return new NoPrimaryError(`no primary to migrate: ${cause instanceof Error ? cause.message : detail}`, { cause });
}

async function reach(url: string, { caFile }: ServerOptions): Promise<Reached> {
  const settings = { url, applicationName: 'soc-migrate', statementTimeoutMs: 0, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const connection = await openConnection(clientConfig({ ...settings, caFile }), () => undefined);
  try {
    return { url, connection, facts: await askFacts(connection.client) };
  } catch (error) {
    closeConnection(connection);
    throw error;
  }
}
