import { createHash } from 'node:crypto';
import { ExchangeApiKey } from '@soc/contracts/auth/api-keys';
import type { AuthClient } from './auth-client.ts';
import type { ServiceToken } from './service-token.ts';

/** Trades API keys for access tokens at auth. */
export interface ApiKeyExchange {
  /** Whether what a key stands for, or that it is none, is known without asking auth. */
  readonly knows: (key: string) => boolean;
  /**
   * An access token for the holder of a key; undefined for a key that is none. Throws 503 when auth cannot be asked.
   * `refused` is a token that this gave before and that is no longer good: the key is exchanged again.
   */
  readonly tokenFor: (key: string, refused?: string) => Promise<string | undefined>;
}

interface Known {
  readonly token: string | undefined;
  readonly forgetAtMs: number;
}

interface Exchanged {
  readonly token: string | undefined;
  readonly keepMs: number;
}

/** What is revoked meanwhile is refused by its token, and the key exchanged again. */
const KEEP_MS = 60_000;
/** Long enough to spare auth a client that tries a bad key in a loop, short enough for a key that was just made. */
const KEEP_REFUSAL_MS = 5_000;
const MAX_KNOWN = 10_000;
const MAX_KEY_CHARS = 256;

const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64');

/** Remembers what came of a key, by its hash: neither memory dumps nor logs of this process give keys away. */
export function createApiKeyExchange(options: {
  readonly auth: AuthClient;
  readonly serviceToken: ServiceToken;
  readonly nowMs: () => number;
}): ApiKeyExchange {
  const { auth, serviceToken, nowMs } = options;
  const known = new Map<string, Known>();
  const pending = new Map<string, Promise<string | undefined>>();

  const remember = (hash: string, { token, keepMs }: Exchanged): void => {
    const [oldest] = known.keys();
    if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    known.set(hash, { token, forgetAtMs: nowMs() + keepMs });
  };

  const ask = async (key: string, isSecondTry = false): Promise<Exchanged> => {
    const { status, body } = await auth.call(ExchangeApiKey, { body: { key }, token: await serviceToken.get() });
    if (status === 200) {
      const { accessToken, expiresInS } = auth.read(ExchangeApiKey.responses[200], body);
      return { token: accessToken, keepMs: Math.min(KEEP_MS, (expiresInS * 1000) / 2) };
    }
    if (status === 404 || status === 400) return { token: undefined, keepMs: KEEP_REFUSAL_MS };
    serviceToken.forget();
    if (status === 401 && !isSecondTry) return ask(key, true);
    throw auth.unavailable(`the exchange of an API key is answered with ${status}`);
  };

  const exchange = async (key: string, hash: string): Promise<string | undefined> => {
    try {
      const exchanged = await ask(key);
      remember(hash, exchanged);
      return exchanged.token;
    } finally {
      pending.delete(hash);
    }
  };

  return {
    knows: (key) => key.length > MAX_KEY_CHARS || (known.get(hashOf(key))?.forgetAtMs ?? 0) > nowMs(),
    tokenFor: async (key, refused) => {
      if (key.length > MAX_KEY_CHARS) return undefined;
      const hash = hashOf(key);
      const found = known.get(hash);
      if (found && found.forgetAtMs > nowMs() && (refused === undefined || found.token !== refused)) return found.token;
      known.delete(hash);
      // Requests that bring the same key at the same time share one exchange.
      const asked = pending.get(hash) ?? exchange(key, hash);
      pending.set(hash, asked);
      return asked;
    },
  };
}
