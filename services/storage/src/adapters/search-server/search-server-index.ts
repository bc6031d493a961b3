import { readFileSync } from 'node:fs';
import { DocumentKind } from '@soc/contracts/storage/search';
import type { BusLog } from '@soc/messaging';
import { asSystem } from '@soc/db-cluster';
import type { HealthCheck } from '@soc/monitoring';
import type { Platform, Worker } from '@soc/service-kit';
import type { SearchServerConfig } from '../../config/search-server.ts';
import { COUNT_BOUNDS, type CountBounds, type SearchIndex } from '../../ports/search-index.ts';
import { createFinding } from './find-documents.ts';
import { createIndexer } from './indexer.ts';
import { createIndexerMetrics } from './indexer-metrics.ts';
import { type IndexMapping, indexMapping } from './mapping.ts';
import { removeOld } from './remove-old.ts';
import { createSearchClient, type SearchClient } from './search-client.ts';
import { createSearchGenerations } from './search-generations-repository.ts';
import { createSearchIndices } from './search-indices.ts';
import { type Backlog, createSearchPending } from './search-pending-repository.ts';
import { createUpkeep } from './upkeep.ts';

/** Search on a server of its own, with what feeds it. */
export interface SearchServerIndex extends SearchIndex {
  readonly worker: Worker;
  /** What the worker does again and again, once; for who does not start it. */
  readonly round: () => Promise<void>;
  /** What waits for the server. */
  readonly backlog: () => Promise<Backlog>;
  /** Tells of the backlog. */
  readonly check: HealthCheck;
}

export type SearchServerPlatform = Pick<Platform<unknown>, 'db' | 'registry' | 'now' | 'instanceId'> & {
  readonly log: BusLog;
};

export type SearchServerSettings = Omit<SearchServerConfig, 'SEARCH_SERVER_URLS'> & {
  readonly SEARCH_SERVER_URLS: readonly string[];
};

function authorizationOf(config: SearchServerSettings): string | undefined {
  const { SEARCH_SERVER_API_KEY: key, SEARCH_SERVER_USERNAME: name, SEARCH_SERVER_PASSWORD: password } = config;
  if (key !== undefined) return `ApiKey ${key}`;
  if (name === undefined) return undefined;
  return `Basic ${Buffer.from(`${name}:${password ?? ''}`).toString('base64')}`;
}

export interface SearchServerOptions {
  readonly mapping?: IndexMapping;
  /** All when absent. */
  readonly kinds?: readonly DocumentKind[];
  readonly upkeepEveryMs?: number;
  readonly heldPages?: number;
  readonly bounds?: CountBounds;
}

/**
 * Documents are written to PostgreSQL with their event and from there, in bulks, to the server: one that is away delays them
 * and loses none. What was saved is found within about a second.
 */
export function createSearchServerIndex(
  platform: SearchServerPlatform,
  config: SearchServerSettings,
  {
    mapping = indexMapping,
    kinds = DocumentKind.options,
    upkeepEveryMs,
    heldPages,
    bounds = COUNT_BOUNDS,
  }: SearchServerOptions = {},
): SearchServerIndex {
  const { db, registry, now, log, instanceId } = platform;
  const prefix = config.SEARCH_INDEX_PREFIX;
  const ca =
    config.SEARCH_SERVER_CA_FILE === undefined ? undefined : readFileSync(config.SEARCH_SERVER_CA_FILE, 'utf8');
  const client = createSearchClient({ urls: config.SEARCH_SERVER_URLS, authorization: authorizationOf(config), ca });
  const pending = createSearchPending();
  const generations = createSearchGenerations();
  const indices = createSearchIndices(client, prefix, mapping);
  const rolloverDocuments = config.SEARCH_ROLLOVER_DOCUMENTS;
  const upkeep = createUpkeep({
    db,
    generations,
    pending,
    indices,
    prefix,
    kinds,
    mapping: mapping.name,
    rolloverDocuments,
    now,
    log,
  });
  /** Indices are no tenant's, and so no business of the role that requests have. */
  const known = () => asSystem(() => generations.list(db.write));
  const isUnmade = async () => (await known()).every(({ indexUuid }) => indexUuid === null);
  const backlog = () => pending.backlog(db.read);
  const metrics = createIndexerMetrics(registry, backlog);
  const indexer = createIndexer({
    db,
    pending,
    generations,
    client,
    upkeep,
    holder: instanceId,
    upkeepEveryMs,
    heldPages,
    metrics,
    log,
  });
  return {
    save: async (documents, tx) => {
      await pending.add(tx, documents);
      tx.afterCommit(indexer.nudge);
    },
    ...createFinding(client, indices.readAlias, { bounds, isUnmade }),
    purge: async (purge, write) => {
      const kept = await (purge.dryRun ? pending.countOld(write, purge) : pending.purge(write, purge));
      const found = await removeOld(client, await known(), purge);
      // What the server has is kept here too, but for what it was sent by earlier versions of this service.
      return { count: Math.max(kept, found) };
    },
    round: indexer.round,
    backlog,
    worker: {
      start: indexer.start,
      stop: async () => {
        await indexer.stop();
        await client.close();
      },
    },
    check: { critical: false, run: async (signal) => checkServer(client, await backlog(), signal) },
  };
}

async function checkServer(
  client: SearchClient,
  facts: Backlog,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    await client.expect({ method: 'GET', path: '/', timeoutMs: 1_500, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}; ${facts.waiting} documents wait, the oldest for ${facts.oldestS} s`, { cause: error });
  }
  return { ...facts };
}
