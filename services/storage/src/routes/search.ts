import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { Search } from '@soc/contracts/storage/search';
import { decodeCursor, invalidRequest, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { StorageDeps } from '../deps.ts';
import { parseSearchQuery } from '../domain/search-query.ts';

const Position = z.tuple([Timestamp, Uuid]);

const REFUSALS = {
  nothing_to_search: 'has no letter or digit to search for',
  too_many_words: 'has more than 32 words',
} as const;

export const searchRoute = ({ db, searchIndex }: Pick<StorageDeps, 'db' | 'searchIndex'>) =>
  route(Search, async ({ query, principal, consistencyToken, inTime }) => {
    const { q, type, limit = DEFAULT_PAGE_LIMIT, cursor, ...filter } = query;
    const parsed = parseSearchQuery(q);
    if (!parsed.ok) throw invalidRequest([{ path: 'query.q', message: REFUSALS[parsed.refusal] }]);
    const position = decodeCursor(Position, cursor);
    const hits = await searchIndex.search(
      {
        ...filter,
        tenantId: principal.tenantId,
        query: parsed.query,
        kind: type,
        after: position && { occurredAt: position[0], id: position[1] },
        limitRows: limit + 1,
      },
      inTime(db.readYourWrites(consistencyToken)),
    );
    return pageOf(hits, limit, ({ occurredAt, id }) => [occurredAt, id]);
  });
