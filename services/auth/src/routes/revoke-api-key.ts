import { RevokeApiKey } from '@soc/contracts/auth/api-keys';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeApiKeyRoute = ({ db, apiKeys, now }: Pick<AuthDeps, 'db' | 'apiKeys' | 'now'>) =>
  route(RevokeApiKey, async ({ params, principal, log }) => {
    // In a transaction, so that the audit knows whose request it was.
    const isRevoked = await db.tx((tx) => apiKeys.revoke(tx, principal.tenantId, params.id, now()));
    if (!isRevoked) {
      throw notFound('auth.api_key_not_found');
    }
    log.info({ apiKeyId: params.id, by: principal.subject }, 'api key revoked');
    return undefined;
  });
