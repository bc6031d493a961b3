import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { algorithmOf, type VerifyingKey } from './verifying-key.ts';

/**
 * Finds the public key of a key id; undefined when the issuer does not know it. At once where nothing has to be asked, so that a
 * token that is remembered costs no promise.
 */
export type KeySource = (kid: string) => VerifyingKey | undefined | Promise<VerifyingKey | undefined>;

const Member = z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string().optional() });
const Jwks = z.object({ keys: z.array(Member) });

/** At most one fetch in this time, so that tokens with invented key ids cannot make us hammer the issuer. */
const REFRESH_FLOOR_MS = 5_000;
/** A set this old is fetched again at the next use, beside it: what the issuer withdrew is not trusted for ever. */
const STALE_AFTER_MS = 60_000;
/** One this old, which nobody has asked for anything meanwhile, is not trusted before it is fetched again. */
const WAIT_AFTER_MS = 120_000;
/** An issuer that failed is left alone for this long. */
const RETRY_FLOOR_MS = 1_000;
const FETCH_TIMEOUT_MS = 3_000;

/** Keys from a list that never changes, for tests and tools, and for who verifies what it signs itself. */
export function fixedKeySource(jwks: unknown): KeySource {
  const keys = parseJwks(jwks);
  return (kid) => keys.get(kid);
}

/** RSA and P-256 keys; others, and those meant for another algorithm than their kind's, are left out. */
function parseJwks(body: unknown): ReadonlyMap<string, VerifyingKey> {
  const found = new Map<string, VerifyingKey>();
  for (const { kid, kty, alg, ...jwk } of Jwks.parse(body).keys) {
    if (kty !== 'RSA' && kty !== 'EC') continue;
    const { n, e, crv, x, y } = z.record(z.string(), z.unknown()).parse(jwk);
    // Only the public members: a set that shows a private key by mistake is not to put it here.
    const members = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
    const key = createPublicKey({ key: z.record(z.string(), z.string()).parse(members), format: 'jwk' });
    const algorithm = algorithmOf(key);
    if (algorithm && (alg === undefined || alg === algorithm)) found.set(kid, { key, algorithm });
  }
  return found;
}

/**
 * Keys from the issuer's JWKS URL, fetched when an unknown key id appears and again, in the background, when the set is older
 * than a minute; older than two, whoever asks waits for it. Throws what `fetch` throws when the issuer cannot be reached and the
 * key is not known yet; known keys keep working while it is away.
 */
export function remoteKeySource(jwksUrl: string, nowMs: () => number): KeySource {
  let keys: ReadonlyMap<string, VerifyingKey> = new Map();
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;
  let pending: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    try {
      const answer = await fetch(jwksUrl, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`the key set answered ${answer.status}`);
      keys = parseJwks(await answer.json());
      fetchedAtMs = nowMs();
      failed = undefined;
    } catch (error) {
      failed = { error, atMs: nowMs() };
      throw error;
    }
  };
  const refresh = async (): Promise<void> => {
    if (failed && nowMs() - failed.atMs < RETRY_FLOOR_MS) throw failed.error;
    pending ??= fetchKeys().finally(() => (pending = undefined));
    await pending;
  };

  return (kid) => {
    const ageMs = nowMs() - fetchedAtMs;
    const key = keys.get(kid);
    if (!key) return ageMs < REFRESH_FLOOR_MS ? undefined : refresh().then(() => keys.get(kid));
    if (ageMs <= STALE_AFTER_MS) return key;
    // Whether it failed is told by the next token whose key is not known.
    const refreshed = refresh().catch(() => undefined);
    // An issuer that is away, once that is known, holds nobody up.
    if (ageMs <= WAIT_AFTER_MS || failed) return key;
    return refreshed.then(() => keys.get(kid));
  };
}
