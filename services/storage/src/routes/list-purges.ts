import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { ListPurges } from '@soc/contracts/storage/retention';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { StorageDeps } from '../deps.ts';
import { retentionRepository } from '../retention/retention-repository.ts';

const Position = z.tuple([Timestamp, Uuid]);

export const listPurgesRoute = ({ db }: Pick<StorageDeps, 'db'>) =>
  route(ListPurges, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const after = decodeCursor(Position, cursor);
    const rows = await retentionRepository.listPurges(db.readYourWrites(consistencyToken), {
      tenantId: principal.tenantId,
      after,
      limitRows: limit + 1,
    });
    return pageOf(rows, limit, ({ startedAt, id }) => [startedAt, id]);
  });
