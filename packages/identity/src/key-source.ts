import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** Finds the public key of a key id; undefined when the issuer does not know it. */
export type KeySource = (kid: string) => Promise<KeyObject | undefined>;

const Jwks = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() })),
});

/** At most one fetch in this time, so that tokens with invented key ids cannot make us hammer the issuer. */
const REFRESH_FLOOR_MS = 5_000;
const FETCH_TIMEOUT_MS = 3_000;

/** Keys from a list that never changes, for tests and tools. */
export function fixedKeySource(jwks: unknown): KeySource {
  const keys = parseJwks(jwks);
  return (kid) => Promise.resolve(keys.get(kid));
}

function parseJwks(body: unknown): ReadonlyMap<string, KeyObject> {
  const { keys } = Jwks.parse(body);
  return new Map(keys.map(({ kid, kty, n, e }) => [kid, createPublicKey({ key: { kty, n, e }, format: 'jwk' })]));
}

/**
 * Keys from the issuer's JWKS URL, fetched when an unknown key id appears. Throws what `fetch` throws when the issuer
 * cannot be reached and the key is not known yet; known keys keep working while it is away.
 */
export function remoteKeySource(jwksUrl: string, nowMs: () => number): KeySource {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    const answer = await fetch(jwksUrl, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`the key set answered ${answer.status}`);
    keys = parseJwks(await answer.json());
    fetchedAtMs = nowMs();
  };

  return async (kid) => {
    const key = keys.get(kid);
    if (key || nowMs() - fetchedAtMs < REFRESH_FLOOR_MS) return key;
    pending ??= refresh().finally(() => (pending = undefined));
    await pending;
    return keys.get(kid);
  };
}
