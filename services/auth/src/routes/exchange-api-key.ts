import { ExchangeApiKey } from '@soc/contracts/auth/api-keys';
import { asSystem } from '@soc/db-cluster';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { hashOf } from '../opaque-secret.ts';

/** An unknown, an expired and a revoked key, and one whose maker is gone, are all the same to the outside. */
export const exchangeApiKeyRoute = ({
  db,
  apiKeys,
  grants,
  tokens,
  now,
}: Pick<AuthDeps, 'db' | 'apiKeys' | 'grants' | 'tokens' | 'now'>) =>
  route(ExchangeApiKey, async ({ body }) => {
    const at = now();
    // The gateway asks for whoever shows a key: of which tenant it is, is what the key tells.
    const token = await asSystem(() =>
      db.tx(async (tx) => {
        const key = await apiKeys.use(tx, hashOf(body.key), at);
        return key && tokens.forApiKey(key, await grants.permissionsOf(tx, key.tenantId, key.maker.roles), at);
      }),
    );
    if (!token) throw notFound('auth.api_key_unknown');
    return token;
  });
