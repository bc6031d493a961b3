import { DEFAULT_PAGE_LIMIT, type PageQuery, Timestamp, Uuid } from '@soc/contracts';
import { decodeCursor } from '@soc/service-kit';
import { z } from 'zod';

const Position = z.tuple([Timestamp, Uuid]);

/** Where a page of a list ordered by creation begins, and how many rows to read: one more than are shown. */
export function newestFirst({ limit = DEFAULT_PAGE_LIMIT, cursor }: PageQuery) {
  const position = decodeCursor(Position, cursor);
  return {
    limit,
    limitRows: limit + 1,
    after: position && { createdAt: position[0], id: position[1] },
  };
}

/** The cursor of the last row shown. */
export const positionOf = ({ createdAt, id }: { readonly createdAt: string; readonly id: string }) => [createdAt, id];
