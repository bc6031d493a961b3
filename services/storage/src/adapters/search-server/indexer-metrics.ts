import { Counter, Gauge, type Registry } from '@soc/monitoring';
import type { Backlog } from './search-pending-repository.ts';

export interface IndexerMetrics {
  readonly countIndexed: (documents: number) => void;
  readonly countRefused: (documents: number) => void;
  readonly countFailure: () => void;
}

export function createIndexerMetrics(registry: Registry, backlog: () => Promise<Backlog>): IndexerMetrics {
  const registers = [registry];
  const indexed = new Counter({
    name: 'soc_search_indexed_documents_total',
    help: 'Versions of documents that the search server has taken, or had already.',
    registers,
  });
  const refused = new Counter({
    name: 'soc_search_refused_documents_total',
    help: 'Documents that the search server will never take; they are kept in storage.search_documents.',
    registers,
  });
  const failures = new Counter({
    name: 'soc_search_indexing_failures_total',
    help: 'Times that the search server took no documents, which then wait.',
    registers,
  });
  const oldest = new Gauge({
    name: 'soc_search_backlog_age_seconds',
    help: 'Age of the oldest document that waits for the search server.',
    registers,
  });
  const waiting = new Gauge({
    name: 'soc_search_backlog_documents',
    help: 'Versions of documents that wait for the search server.',
    registers,
    collect: async () => {
      const known = await backlog().catch(() => undefined);
      if (!known) return;
      waiting.set(known.waiting);
      oldest.set(known.oldestS);
    },
  });
  return {
    countIndexed: (documents) => indexed.inc(documents),
    countRefused: (documents) => refused.inc(documents),
    countFailure: () => failures.inc(),
  };
}
