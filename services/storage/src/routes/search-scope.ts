import type { Severity, Timestamp } from '@soc/contracts';
import type { DocumentKind } from '@soc/contracts/storage/search';
import { invalidRequest, unavailable } from '@soc/service-kit';
import { parseQuery } from '../domain/query/parse-query.ts';
import { joined, type Query } from '../domain/query/query.ts';
import { type SearchScope, SearchUnavailableError } from '../ports/search-index.ts';

/** What the endpoints of the search have in common. */
interface Asked {
  readonly q: string;
  readonly type?: DocumentKind | undefined;
  readonly severity?: Severity | undefined;
  readonly from?: Timestamp | undefined;
  readonly to?: Timestamp | undefined;
}

/** Reads a query. Throws the 400 that names `path` and the place in the query. */
export function queryOf(text: string, now: Date, path = 'query.q'): Query {
  const parsed = parseQuery(text, now);
  if (parsed.ok) return parsed.query;
  const { at, message } = parsed.fault;
  throw invalidRequest([{ path, message: `at character ${at}: ${message}` }]);
}

export function searchScope({ q, type, severity, from, to }: Asked, tenantId: string, now: Date): SearchScope {
  const parts: Query[] = [queryOf(q, now)];
  if (type !== undefined) parts.push({ op: 'field', field: 'kind', test: { is: 'equals', value: type } });
  if (severity !== undefined) parts.push({ op: 'field', field: 'severity', test: { is: 'equals', value: severity } });
  return { tenantId, query: joined('and', parts), from, to };
}

/** Waits for an answer of the search. Throws the 503 where what searches is away. */
export async function searched<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof SearchUnavailableError)) throw error;
    throw unavailable('storage.search_unavailable', 'the search is away for a moment; nothing is lost');
  }
}
