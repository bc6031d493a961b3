import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { QueryInt, Timestamp } from '../primitives.ts';

/**
 * Whose access tokens are refused: those of a person and of the API keys the person made (`sub` or `by`), of one session
 * (`sid`), or of one API key (`sub`).
 */
export const RevocationKind = z.enum(['user', 'session', 'api_key']);
export type RevocationKind = z.infer<typeof RevocationKind>;

/** Access tokens of `subject` that were issued (`iat`) before `before`, a whole second, are refused from now on. */
export const Revocation = z.object({
  kind: RevocationKind,
  /** The id of the user, session or API key. */
  subject: z.string().min(1),
  /** May lie ahead: no token of the subject with an earlier `iat` is issued any more. */
  before: Timestamp,
  at: Timestamp,
});
export type Revocation = z.infer<typeof Revocation>;

/** Items of a page when the caller names no limit. */
export const DEFAULT_REVOCATIONS_LIMIT = 1_000;

export const ListRevocations = endpoint({
  id: 'listRevocations',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/revocations',
  summary: 'For the gateway: what was revoked since `after`. It skips none, and may give one again.',
  permission: 'tokens:exchange',
  query: z.strictObject({
    /** `nextCursor` of the answer before; everything that still matters when absent. */
    after: z.string().min(1).max(512).optional(),
    limit: QueryInt(1, 1_000).optional(),
  }),
  responses: {
    200: z.object({
      items: z.array(Revocation),
      /** Where to go on; there is always one. A page of `limit` items may be followed by more at once. */
      nextCursor: z.string(),
    }),
  },
});
