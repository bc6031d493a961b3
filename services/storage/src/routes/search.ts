import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { Search } from '@soc/contracts/storage/search';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { StorageDeps } from '../deps.ts';
import { highlightsOf } from '../domain/highlights.ts';
import { searched, searchScope } from './search-scope.ts';

const Position = z.tuple([Timestamp, Uuid]);

export const searchRoute = ({ db, searchIndex, now }: Pick<StorageDeps, 'db' | 'searchIndex' | 'now'>) =>
  route(Search, async ({ query, principal, consistencyToken, inTime }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const scope = searchScope(query, principal.tenantId, now());
    const position = decodeCursor(Position, cursor);
    const hits = await searched(
      searchIndex.search(
        { ...scope, after: position && { occurredAt: position[0], id: position[1] }, limitRows: limit + 1 },
        inTime(db.readYourWrites(consistencyToken)),
      ),
    );
    const shown = hits.map(({ texts, ...hit }) => ({
      ...hit,
      highlights: highlightsOf(scope.query, { title: hit.title, texts }),
    }));
    return pageOf(shown, limit, ({ occurredAt, id }) => [occurredAt, id]);
  });
