import { z } from 'zod';
import { SearchUnavailableError } from '../../ports/search-index.ts';
import { SearchServerError } from './search-client.ts';

/** What the server calls an index, or an alias, that is not there. */
export const INDEX_MISSING = 'index_not_found_exception';
/** And one that somebody has closed. */
export const INDEX_CLOSED = 'index_closed_exception';
/** An index that is missing or closed has documents that would be missing from the answer. */
const HIDDEN: ReadonlySet<string> = new Set([INDEX_MISSING, INDEX_CLOSED]);
/** The server does not know this service, or does not let it: a fault of the configuration, and none of the question. */
const NOT_LET_IN: ReadonlySet<number> = new Set([401, 403]);
const Failed = z.object({ error: z.object({ type: z.string(), reason: z.string().nullish() }) });

/** The type of what the server says went wrong. */
export const failureTypeIn = (body: unknown): string | undefined => Failed.safeParse(body).data?.error.type;

/** What an answer that is not 2xx means: that what was asked for is not to be had now, or that it should not have been asked. */
export function failureIn(status: number, body: unknown): Error {
  const { type, reason } = Failed.safeParse(body).data?.error ?? {};
  const message = `the search server answered ${status}: ${type}: ${reason}`.slice(0, 1_000);
  const isAway = status >= 500 || NOT_LET_IN.has(status) || (type !== undefined && HIDDEN.has(type));
  return isAway ? new SearchUnavailableError(message) : new SearchServerError(message);
}
