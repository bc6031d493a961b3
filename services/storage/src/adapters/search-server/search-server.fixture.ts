import type { DbCluster } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { parseQuery } from '../../domain/query/parse-query.ts';
import type { SearchDocument } from '../../domain/search-document.ts';
import {
  createSearchServerIndex,
  type SearchServerIndex,
  type SearchServerOptions,
  type SearchServerSettings,
} from './search-server-index.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An index whose rounds the test drives, one after the other, and the upkeep with each. */
export interface DrivenIndex extends SearchServerIndex {
  readonly saveAll: (documents: readonly SearchDocument[]) => Promise<void>;
  /** Ids that a query finds, sorted; each as often as it is found. */
  readonly find: (tenantId: string, q: string) => Promise<readonly string[]>;
}

export function openDrivenIndex(
  { db, url, now = () => new Date() }: { db: DbCluster; url: string; now?: () => Date },
  settings: Pick<SearchServerSettings, 'SEARCH_INDEX_PREFIX'> & Partial<SearchServerSettings>,
  options: SearchServerOptions = {},
): DrivenIndex {
  const index = createSearchServerIndex(
    { db, registry: createRegistry('storage', 'test'), now, log: quiet, instanceId: settings.SEARCH_INDEX_PREFIX },
    { SEARCH_SERVER_URLS: [url], SEARCH_ROLLOVER_DOCUMENTS: 1_000_000, ...settings },
    { upkeepEveryMs: 0, kinds: ['alert'], ...options },
  );
  return {
    ...index,
    saveAll: (documents) => db.tx((tx) => index.save(documents, tx)),
    find: async (tenantId, q) => {
      const parsed = parseQuery(q, new Date());
      if (!parsed.ok) throw new Error(parsed.fault.message);
      await fetch(`${url}/${settings.SEARCH_INDEX_PREFIX}-read/_refresh`, { method: 'POST' });
      const hits = await index.search({ tenantId, query: parsed.query, limitRows: 1_000 }, db.write);
      return hits.map(({ id }) => id).toSorted();
    },
  };
}
