import type { HealthCheck } from '@soc/monitoring';
import type { Platform, Worker } from '@soc/service-kit';
import type { StorageConfig } from '../config.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import { createPostgresSearchIndex } from './postgres-search-repository.ts';
import { createSearchServerIndex } from './search-server/search-server-index.ts';

/** The search of this installation. */
export interface ChosenSearchIndex {
  readonly index: SearchIndex;
  readonly workers: readonly Worker[];
  readonly checks: Readonly<Record<string, HealthCheck>>;
}

/** A server of its own where one is configured, PostgreSQL where none is. */
export function chooseSearchIndex(platform: Platform<StorageConfig>): ChosenSearchIndex {
  const { SEARCH_SERVER_URLS: urls, ...settings } = platform.config;
  if (!urls) return { index: createPostgresSearchIndex(), workers: [], checks: {} };
  const index = createSearchServerIndex(platform, { ...settings, SEARCH_SERVER_URLS: urls });
  return { index, workers: [index.worker], checks: { search: index.check } };
}
