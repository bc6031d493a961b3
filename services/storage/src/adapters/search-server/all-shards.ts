import { z } from 'zod';
import { SearchUnavailableError } from '../../ports/search-index.ts';

const Answer = z.object({ _shards: z.object({ total: z.number(), successful: z.number(), failed: z.number() }) });

/** Throws `SearchUnavailableError` when parts of what was asked for did not answer: the server then tells of the others alone. */
export function allShards(answer: unknown): void {
  const { total, successful, failed } = Answer.parse(answer)._shards;
  // Of shards that no node has, the server counts none as failed.
  if (failed === 0 && successful >= total) return;
  throw new SearchUnavailableError(`${successful} of ${total} shards of the search server answered`);
}
