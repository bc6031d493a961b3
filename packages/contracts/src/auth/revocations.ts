import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { QueryInt, Timestamp } from '../primitives.ts';

/** What is revoked: the tokens of a person and of their API keys, of one session, of one key, or of a whole tenant. */
export const RevocationKind = z.enum(['user', 'session', 'api_key', 'all']);
export type RevocationKind = z.infer<typeof RevocationKind>;

/**
 * Tokens of `subject` whose `iat` is earlier than `before` are void. `before` is read from the clock while the row that
 * tokens are issued from is locked, so that none is issued from what was true earlier with a later `iat`.
 */
export const Revocation = z.object({
  kind: RevocationKind,
  /** The id of the user, the session or the key; of `all` the tenant. */
  subject: z.string().min(1),
  before: Timestamp,
  /** When it was decided. */
  at: Timestamp,
});
export type Revocation = z.infer<typeof Revocation>;

export const ListRevocations = endpoint({
  id: 'listRevocations',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/revocations',
  summary:
    'For the gateway: revocations of every tenant in the order they took effect, for as long as tokens may live.',
  permission: 'tokens:exchange',
  query: z.strictObject({
    /** `nextCursor` of the page before; all there are when absent. */
    after: z.string().min(1).max(512).optional(),
    /** 1,000 when absent. */
    limit: QueryInt(1, 1_000).optional(),
  }),
  responses: {
    200: z.object({
      items: z.array(Revocation),
      /**
       * Where to go on: after the last item, or `after` itself when there is nothing new; null while there never was any.
       * No revocation appears later at a place before a cursor that was given out.
       */
      nextCursor: z.string().nullable(),
    }),
  },
});
