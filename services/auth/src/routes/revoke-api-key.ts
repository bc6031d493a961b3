import { RevokeApiKey } from '@soc/contracts/auth/api-keys';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeApiKeyRoute = ({ db, apiKeys, now }: Pick<AuthDeps, 'db' | 'apiKeys' | 'now'>) =>
  route(RevokeApiKey, async ({ params, principal, record, log }) => {
    const isRevoked = await db.tx(async (tx) => {
      if (!(await apiKeys.revoke(tx, principal.tenantId, params.id, now()))) return false;
      await record(tx);
      return true;
    });
    if (!isRevoked) {
      throw notFound('auth.api_key_not_found');
    }
    log.info({ apiKeyId: params.id, by: principal.subject }, 'api key revoked');
    return undefined;
  });
