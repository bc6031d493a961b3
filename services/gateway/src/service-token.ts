import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import type { AuthClient } from './auth-client.ts';

/** What is used of it; what else auth tells may change. */
const Answer = CreateServiceToken.responses[200].pick({ accessToken: true, expiresInS: true });

/** Renewed this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 60_000;

/** The gateway's own access token. */
export interface ServiceToken {
  /** Throws 503 when auth cannot be asked or does not know the gateway. */
  readonly get: () => Promise<string>;
  /** The token was refused: the next `get` asks for another. */
  readonly forget: () => void;
}

export function createServiceToken(auth: AuthClient, secret: string, nowMs: () => number): ServiceToken {
  let known: { readonly token: string; readonly renewAtMs: number } | undefined;
  let pending: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    const { status, body } = await auth.call(CreateServiceToken, { body: { serviceName: 'gateway', secret } });
    if (status !== 200) throw auth.unavailable(`the gateway's own secret is answered with ${status}`);
    const { accessToken, expiresInS } = auth.read(Answer, body);
    known = { token: accessToken, renewAtMs: nowMs() + expiresInS * 1000 - RENEW_BEFORE_MS };
    return accessToken;
  };

  return {
    get: async () => {
      if (known && known.renewAtMs > nowMs()) return known.token;
      pending ??= ask().finally(() => (pending = undefined));
      return pending;
    },
    forget: () => {
      known = undefined;
    },
  };
}
