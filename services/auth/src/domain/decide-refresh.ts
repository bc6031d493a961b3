/** What is stored about a refresh token that was presented. */
export interface PresentedToken {
  readonly tokenExpiresAt: string;
  readonly tokenUsedAt: string | null;
  readonly sessionRevokedAt: string | null;
  readonly accountActive: boolean;
}

export type RefreshDecision =
  | { readonly kind: 'renew' }
  | { readonly kind: 'refuse' }
  /** A token seen twice: someone else may hold a copy, so nobody may go on with this session. */
  | { readonly kind: 'revoke' };

/** What becomes of a session whose refresh token is presented (RFC 9700, section 4.14.2). */
export function decideRefresh(token: PresentedToken | undefined, at: Date): RefreshDecision {
  if (!token || token.sessionRevokedAt !== null) return { kind: 'refuse' };
  if (token.tokenUsedAt !== null) return { kind: 'revoke' };
  if (Date.parse(token.tokenExpiresAt) <= at.getTime() || !token.accountActive) return { kind: 'refuse' };
  return { kind: 'renew' };
}
