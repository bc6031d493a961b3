import type { Permission } from '@soc/contracts';

export type ApiKeyDecision =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: 'permission_not_held' | 'already_expired'; readonly detail: string };

/** Whether a person may make a key with these permissions: nobody hands out what they do not hold. */
export function decideApiKey(
  asked: { readonly permissions: readonly Permission[]; readonly expiresAt?: string | undefined },
  held: ReadonlySet<Permission>,
  at: Date,
): ApiKeyDecision {
  const missing = asked.permissions.filter((permission) => !held.has(permission));
  if (missing.length > 0) {
    return { ok: false, refusal: 'permission_not_held', detail: `you do not hold ${missing.join(', ')}` };
  }
  if (asked.expiresAt !== undefined && Date.parse(asked.expiresAt) <= at.getTime()) {
    return { ok: false, refusal: 'already_expired', detail: 'expiresAt is in the past' };
  }
  return { ok: true };
}

/** Access tokens of API keys are exchanged often and live shortly: a revoked key must not linger. */
const TOKEN_TTL_S = 5 * 60;

/** Seconds the access token of a key lives: never longer than the key. */
export const apiKeyTokenTtlS = (expiresAt: string | null, at: Date): number =>
  expiresAt === null ? TOKEN_TTL_S : Math.min(TOKEN_TTL_S, Math.ceil((Date.parse(expiresAt) - at.getTime()) / 1000));
