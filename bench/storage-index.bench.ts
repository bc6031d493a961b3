import type { DbCluster } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { startSearchServer } from '@soc/fleet/testing/search-server';
import { createRegistry } from '@soc/monitoring';
import { createSearchServerIndex } from '../services/storage/src/adapters/search-server/search-server-index.ts';
import type { SearchDocument } from '../services/storage/src/domain/search-document.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { median } from './db/callers.ts';
import { openStorageDatabase } from './storage-database.ts';
import { alertDocuments } from './storage-index/alerts.ts';
import { bulkBodies, createBareBulk } from './storage-index/bare-bulk.ts';

const ALERTS = Number(process.env['SOC_BENCH_ALERTS'] ?? 20_000);
const ROUNDS = 3;
/** As many as the bus gives a handler at a time. */
const BATCH = 500;

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Documents a second from the handler's transaction to the server having all of them. */
async function measureOurs(db: DbCluster, url: string, name: string, documents: readonly SearchDocument[]) {
  const index = createSearchServerIndex(
    { db, registry: createRegistry('bench', name), now: () => new Date(), log: quiet, instanceId: name },
    { SEARCH_SERVER_URLS: [url], SEARCH_INDEX_PREFIX: name, SEARCH_ROLLOVER_DOCUMENTS: 1_000_000 },
    { kinds: ['alert'] },
  );
  await index.round(); // makes the index
  const startedAtMs = performance.now();
  await index.worker.start();
  for (let from = 0; from < documents.length; from += BATCH) {
    await db.tx((tx) => index.save(documents.slice(from, from + BATCH), tx));
  }
  while ((await index.backlog()).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  const perS = documents.length / ((performance.now() - startedAtMs) / 1_000);
  await index.worker.stop();
  await db.write.query({ text: 'delete from storage.search_generations', values: [] });
  await db.write.query({ text: 'truncate storage.search_documents, storage.search_batches', values: [] });
  return perS;
}

/**
 * How many alerts a second come to be indexed: through the outbox in PostgreSQL and its indexer, against the bulk API of the
 * same server given the same documents and mapping with ids, in bulks of the same size, two at once, their bytes made
 * beforehand. All on one machine: what ours takes is taken from the server.
 */
export const benchmark: Benchmark = {
  goals: { share_pct: '>= 60' },
  run: async (say) => {
    const server = await startSearchServer({ host: thisHost(), isShortLived: false });
    const { db, close } = await openStorageDatabase({ isDurable: true });
    const documents = alertDocuments(ALERTS);
    const bare = createBareBulk(server.url);
    const bodies = bulkBodies(documents);
    const shares: number[] = [];
    const rates = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const bareRate = ALERTS / (await bare.indexInS(`bare-${round}`, bodies));
      const oursRate = await measureOurs(db, server.url, `ours-${round}`, documents);
      await fetch(`${server.url}/bare-${round},ours-${round}-*-0*`, { method: 'DELETE' });
      say(`round ${round}: bare ${bareRate.toFixed(0)}, ours ${oursRate.toFixed(0)} documents/s`);
      if (round === 0) continue; // the server compiles itself
      rates.bare.push(bareRate);
      rates.ours.push(oursRate);
      shares.push((oursRate / bareRate) * 100);
    }
    await bare.close();
    await close();
    await server.stop();
    return {
      indexed_per_s: Math.round(median(rates.ours)),
      bare_bulk_per_s: Math.round(median(rates.bare)),
      share_pct: rounded(median(shares)),
    };
  },
};
