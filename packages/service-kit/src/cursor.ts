import type { z } from 'zod';
import { invalidRequest } from './problems.ts';

/** The opaque place in a list: where the page before ended. */
export const encodeCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * Reads a cursor as the tuple it was made from. Throws 400 `request.invalid`, naming `path`, for anything that is not one of ours;
 * undefined in, undefined out.
 */
export function decodeCursor<Position extends z.ZodType>(
  schema: Position,
  cursor: string | undefined,
  path = 'query.cursor',
): z.output<Position> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw invalidRequest([{ path, message: 'not a cursor of this list' }]);
  }
}

/** Cuts the one row too many that tells whether there is a next page. */
export function pageOf<Item>(
  rows: readonly Item[],
  limit: number,
  positionOf: (last: Item) => readonly (string | number)[],
): { items: Item[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}
