import { ExchangeApiKey } from '@soc/contracts/auth/api-keys';
import { asSystem } from '@soc/db-cluster';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { hashOf } from '../opaque-secret.ts';

/** An unknown, an expired and a revoked key, and one whose maker is gone, are all the same to the outside. */
export const exchangeApiKeyRoute = ({
  db,
  apiKeys,
  tokens,
  now,
}: Pick<AuthDeps, 'db' | 'apiKeys' | 'tokens' | 'now'>) =>
  route(ExchangeApiKey, async ({ body }) => {
    const at = now();
    // The gateway asks for whoever shows a key: of which tenant it is, is what the key tells.
    const key = await asSystem(() => apiKeys.use(db.write, hashOf(body.key), at));
    if (!key) throw notFound('auth.api_key_unknown');
    return tokens.forApiKey(key, at);
  });
