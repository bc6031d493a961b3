import { z } from 'zod';
import { type SearchPurge, SearchUnavailableError } from '../../ports/search-index.ts';
import { allShards } from './all-shards.ts';
import { oldDocuments } from './compile-query.ts';
import { failureIn } from './failure-in.ts';
import type { Generation } from './generation.ts';
import type { SearchClient } from './search-client.ts';

/** Longest that removing what is too old of one index may take. */
const PURGE_TIMEOUT_MS = 600_000;
const Removed = z.object({ deleted: z.number() });
const Count = z.object({ count: z.number() });

/**
 * Removes, or counts, what is too old in the indices of its kind, one after the other: those of other kinds may be closed or gone. One of
 * its own that is keeps none of the others, and is told of in the end. Throws `SearchUnavailableError` then.
 */
export async function removeOld(
  client: SearchClient,
  generations: readonly Generation[],
  purge: SearchPurge,
): Promise<number> {
  let count = 0;
  const failures: SearchUnavailableError[] = [];
  for (const { indexName, kind, state, indexUuid } of generations) {
    // One that was never made has nothing in it. What a copy has, the live one has too: it is removed and not counted.
    if (kind !== purge.kind || state === 'retired' || indexUuid === null) continue;
    if (purge.dryRun && state === 'building') continue;
    try {
      const removed = await removeFrom(client, indexName, purge);
      if (state === 'live') count += removed;
    } catch (error) {
      if (!(error instanceof SearchUnavailableError)) throw error;
      failures.push(error);
    }
  }
  const [failure] = failures;
  if (failure) throw failure;
  return count;
}

async function removeFrom(client: SearchClient, indexName: string, purge: SearchPurge): Promise<number> {
  const body = JSON.stringify({ query: oldDocuments(purge).clause });
  if (purge.dryRun) {
    const { status, body: counted } = await client.call({ method: 'POST', path: `/${indexName}/_count`, body });
    if (status >= 300) throw failureIn(status, counted);
    allShards(counted);
    return Count.parse(counted).count;
  }
  // What is written meanwhile is a newer version, which the next run removes.
  const path = `/${indexName}/_delete_by_query?conflicts=proceed&refresh=true`;
  const call = { method: 'POST', path, body, timeoutMs: PURGE_TIMEOUT_MS, isSentOnce: true } as const;
  const { status, body: removed } = await client.call(call);
  if (status >= 300) throw failureIn(status, removed);
  return Removed.parse(removed).deleted;
}
