import { Uuid } from '@soc/contracts';
import { DEFAULT_REVOCATIONS_LIMIT, ListRevocations } from '@soc/contracts/auth/revocations';
import { asSystem } from '@soc/db-cluster';
import { decodeCursor, encodeCursor, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AuthDeps } from '../deps.ts';
import { FEED_START, type FeedPosition } from '../revocation-repository.ts';

const MAX_TRANSACTION = 2n ** 63n;
const Transaction = z
  .string()
  .regex(/^\d{1,19}$/)
  .refine((text) => BigInt(text) < MAX_TRANSACTION);
const Position = z.union([z.tuple([Transaction]), z.tuple([Transaction, Transaction, Transaction, Uuid])]);

const positionOf = (cursor: string | undefined): FeedPosition => {
  const [from, next, writtenBy, id] = decodeCursor(Position, cursor, 'query.after') ?? [FEED_START.from];
  if (next === undefined || writtenBy === undefined || id === undefined) return { from, round: null };
  return { from, round: { next, writtenBy, id } };
};

const cursorOf = ({ from, round }: FeedPosition): string =>
  encodeCursor(round ? [from, round.next, round.writtenBy, round.id] : [from]);

/** From the primary: a replica that lags would let a revoked token live for longer. */
export const listRevocationsRoute = ({ db, revocations }: Pick<AuthDeps, 'db' | 'revocations'>) =>
  route(ListRevocations, async ({ query }) => {
    const { after, limit = DEFAULT_REVOCATIONS_LIMIT } = query;
    // The gateway serves all tenants.
    const { items, position } = await asSystem(() => revocations.listAfter(db.write, positionOf(after), limit));
    return { items, nextCursor: cursorOf(position) };
  });
