import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { ListObjects } from '@soc/contracts/storage/objects';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { StorageDeps } from '../deps.ts';

const Position = z.tuple([Timestamp, Uuid]);

export const listObjectsRoute = ({ db, evidence }: Pick<StorageDeps, 'db' | 'evidence'>) =>
  route(ListObjects, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, ...filter } = query;
    const position = decodeCursor(Position, cursor);
    const rows = await evidence.list(db.readYourWrites(consistencyToken), {
      ...filter,
      tenantId: principal.tenantId,
      after: position && { storedAt: position[0], id: position[1] },
      limitRows: limit + 1,
    });
    return pageOf(rows, limit, ({ storedAt, id }) => [storedAt, id]);
  });
