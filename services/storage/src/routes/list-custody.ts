import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListCustody } from '@soc/contracts/storage/objects';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { StorageDeps } from '../deps.ts';
import { findKeptObject } from './find-kept-object.ts';

const Position = z.tuple([z.number().int().min(0)]);

export const listCustodyRoute = ({ db, evidence }: Pick<StorageDeps, 'db' | 'evidence'>) =>
  route(ListCustody, async ({ params, query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const [afterSequence] = decodeCursor(Position, cursor) ?? [0];
    const read = db.readYourWrites(consistencyToken);
    const { object } = await findKeptObject(evidence, read, principal, params.id);
    const rows = await evidence.listCustody(read, { objectId: object.id, afterSequence, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ sequence }) => [sequence]);
  });
