import jwt from 'jsonwebtoken';
import { AccessClaims, principalOf } from './claims.ts';
import type { KeySource } from './key-source.ts';
import type { Principal } from './principal.ts';
import type { VerifyingKey } from './verifying-key.ts';

/** Whose tokens are believed, and those for whom. Keys count for this issuer alone. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
}

/** What a good token says. */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface TokenVerifier {
  /**
   * The principal of a valid token, the same object for as long as the token is remembered; undefined for anything else. At
   * once for one that is remembered. Rejects only when the keys cannot be fetched, and with what `isRefused` throws.
   */
  readonly verify: (token: string) => Principal | undefined | Promise<Principal | undefined>;
  /** What `verify` would say at once; undefined where it would have to check anything first. */
  readonly recall: (token: string) => Principal | undefined;
  /** Forgets the remembered tokens that match: the next time they are shown they are judged anew. */
  readonly forget: (matches: (token: VerifiedToken) => boolean) => void;
}

const MAX_TOKEN_CHARS = 8_192;

/**
 * How far ahead a token may say that it was issued: clocks differ, and one that follows a revocation is dated up to 2 s ahead.
 * One that is dated later would outlive the revocations made until then.
 */
const MAX_AHEAD_MS = 60_000;

interface Remembered extends VerifiedToken {
  readonly kid: string;
  readonly keys: KeySource;
}

interface Claimed {
  readonly kid: string;
  readonly algorithm: string;
  readonly issuer: string;
}

/** What a token says of itself before anything is believed; undefined for what is not one of ours. */
function claimedBy(token: string): Claimed | undefined {
  try {
    const decoded = jwt.decode(token, { complete: true });
    if (!decoded || typeof decoded.payload === 'string') return undefined;
    const { kid, alg: algorithm, crit } = decoded.header;
    const { iss: issuer } = decoded.payload;
    // What `crit` names must be understood (RFC 7515, section 4.1.11), and nothing of it is.
    if (typeof kid !== 'string' || typeof issuer !== 'string' || crit !== undefined) return undefined;
    return { kid, algorithm, issuer };
  } catch {
    return undefined; // a part that is not JSON: not one of our tokens
  }
}

/**
 * Verifies access tokens and internal tokens (RS256 and ES256, as the key is). A verified token is remembered until it
 * expires or its issuer withdraws the key, at most `cacheSize` (10,000) at a time: a check costs 75 µs the first time, and a
 * look into two maps after. One that was issued more than a minute ahead of `nowMs` is refused.
 * `isRefused` has the last word on a token that is otherwise good, each time it is not remembered.
 */
export function createTokenVerifier(options: {
  readonly trusted: readonly TrustedIssuer[];
  readonly nowMs: () => number;
  readonly cacheSize?: number;
  readonly isRefused?: (token: VerifiedToken) => boolean;
}): TokenVerifier {
  const { trusted, nowMs, cacheSize = 10_000, isRefused = () => false } = options;
  const issuers = new Map(trusted.map((one) => [one.issuer, one]));
  const verified = new Map<string, Remembered>();

  const check = async (text: string): Promise<Remembered | undefined> => {
    const claimed = claimedBy(text);
    const from = claimed && issuers.get(claimed.issuer);
    const key = from && (await from.keys(claimed.kid));
    if (!key || key.algorithm !== claimed.algorithm) return undefined;
    const token = verifiedWith(text, key, from, nowMs());
    return token && { ...token, kid: claimed.kid, keys: from.keys };
  };

  const judge = async (text: string): Promise<Principal | undefined> => {
    verified.delete(text);
    const fresh = await check(text);
    // Judged and remembered in one go: what is revoked from here on is forgotten by whoever revokes it.
    if (!fresh || isRefused(fresh)) return undefined;
    const [oldest] = verified.keys();
    if (verified.size >= cacheSize && oldest !== undefined) verified.delete(oldest);
    verified.set(text, fresh);
    return fresh.principal;
  };

  return {
    recall: (token) => {
      const known = verified.get(token);
      if (!known || known.expiresAtMs <= nowMs()) return undefined;
      const key = known.keys(known.kid);
      if (!(key instanceof Promise)) return key && known.principal;
      // Whoever verifies it next waits for the same answer, and is told when there is none.
      key.catch(() => undefined);
      return undefined;
    },
    forget: (matches) => {
      for (const [text, token] of verified) if (matches(token)) verified.delete(text);
    },
    verify: (token) => {
      if (token.length > MAX_TOKEN_CHARS) return undefined;
      const known = verified.get(token);
      if (!known || known.expiresAtMs <= nowMs()) return judge(token);
      const key = known.keys(known.kid);
      if (!(key instanceof Promise)) return key ? known.principal : judge(token);
      // Another may have forgotten it while its key was looked up.
      return key.then((found) => (found && verified.get(token)?.principal) ?? judge(token));
    },
  };
}

function verifiedWith(
  token: string,
  { key, algorithm }: VerifyingKey,
  { issuer, audience }: TrustedIssuer,
  nowMs: number,
): VerifiedToken | undefined {
  try {
    const clockTimestamp = nowMs / 1000;
    const payload = jwt.verify(token, key, { algorithms: [algorithm], issuer, audience, clockTimestamp });
    const claims = AccessClaims.safeParse(payload);
    if (!claims.success) return undefined;
    const { iat, exp } = claims.data;
    if (iat * 1000 > nowMs + MAX_AHEAD_MS) return undefined;
    return { principal: principalOf(claims.data), issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 };
  } catch {
    // A bad signature, expired, a foreign audience; for a signature of a wrong length it is a bare TypeError. The key being
    // here, whatever is wrong is wrong with the token.
    return undefined;
  }
}
