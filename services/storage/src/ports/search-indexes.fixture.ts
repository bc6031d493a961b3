import { randomBytes } from 'node:crypto';
import { type DbCluster, sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { sharedSearchServer } from '@soc/fleet/testing/search-server';
import { createRegistry } from '@soc/monitoring';
import { createPostgresSearchIndex } from '../adapters/postgres-search-repository.ts';
import { createSearchServerIndex, type SearchServerOptions } from '../adapters/search-server/search-server-index.ts';
import type { SearchIndex } from './search-index.ts';

/** An adapter at work. */
export interface OpenSearchIndex {
  readonly index: SearchIndex;
  /** Resolves when what was saved is found. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Fewer kinds are fewer indices to make; PostgreSQL has one table for all. */
type OpenOptions = Pick<SearchServerOptions, 'bounds' | 'kinds'>;

const serverUrl = await sharedSearchServer();
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Those that can be had here; what cannot says so on standard error. */
export const searchIndexes: readonly {
  readonly name: string;
  readonly open: (db: DbCluster, options?: OpenOptions) => Promise<OpenSearchIndex>;
}[] = [
  {
    name: 'PostgreSQL',
    open: (_, { bounds } = {}) =>
      Promise.resolve({
        index: createPostgresSearchIndex(bounds),
        settled: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  },
  ...(serverUrl === undefined
    ? []
    : [
        {
          name: 'search server',
          open: (db: DbCluster, options?: OpenOptions) => openOnServer(db, serverUrl, options),
        },
      ]),
];

/** On indices of its own. */
async function openOnServer(db: DbCluster, url: string, options: OpenOptions | undefined): Promise<OpenSearchIndex> {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const index = createSearchServerIndex(
    { db, registry: createRegistry('storage', prefix), now: () => new Date(), log: quiet, instanceId: prefix },
    { SEARCH_SERVER_URLS: [url], SEARCH_INDEX_PREFIX: prefix, SEARCH_ROLLOVER_DOCUMENTS: 1_000_000 },
    options,
  );
  await index.worker.start();
  return {
    index,
    settled: async () => {
      const waiting = sql`select from storage.search_batches limit 1`;
      await waitFor(async () => (await db.write.query(waiting)).length === 0, { deadlineMs: 50_000 });
      await ask(url, 'POST', `/${prefix}-read/_refresh`);
    },
    close: async () => {
      await index.worker.stop();
      await ask(url, 'DELETE', `/${prefix}-*-0*`);
      await ask(url, 'DELETE', `/_index_template/${prefix}`);
    },
  };
}

async function ask(url: string, method: string, path: string): Promise<void> {
  const answer = await fetch(`${url}${path}`, { method });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
}
