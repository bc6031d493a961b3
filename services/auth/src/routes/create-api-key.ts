import { CreateApiKey } from '@soc/contracts/auth/api-keys';
import { forbidden, route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { decideApiKey } from '../domain/decide-api-key.ts';
import { createSecret, hashOf } from '../opaque-secret.ts';

/** Enough to tell keys apart, far from enough to guess one. */
const PREFIX_CHARS = 12;

export const createApiKeyRoute = ({ db, users, apiKeys, now }: Pick<AuthDeps, 'db' | 'users' | 'apiKeys' | 'now'>) =>
  route(CreateApiKey, async ({ body, principal, record, log }) => {
    const { tenantId, subject } = principal;
    const at = now();
    const decision = decideApiKey(body, principal.permissions, at);
    if (!decision.ok) throw unprocessable(`auth.${decision.refusal}`, decision.detail);
    const secret = createSecret('soc_');
    const key = {
      id: uuidv7(at.getTime()),
      name: body.name,
      prefix: secret.slice(0, PREFIX_CHARS),
      permissions: body.permissions,
      createdBy: subject,
      createdAt: at.toISOString(),
      expiresAt: body.expiresAt === undefined ? null : new Date(body.expiresAt).toISOString(),
      revokedAt: null,
      lastUsedAt: null,
    };
    const isMade = await db.tx(async (tx) => {
      // A key dies with its maker's account, so a machine cannot make one.
      if (principal.kind !== 'user' || !(await users.find(tx, tenantId, subject))?.active) return false;
      await apiKeys.insert(tx, tenantId, key, hashOf(secret));
      await record(tx, { targetId: key.id });
      return true;
    });
    if (!isMade) throw forbidden('auth.not_a_person', 'only a person can make an API key');
    log.info({ apiKeyId: key.id, by: subject, permissions: key.permissions }, 'api key created');
    return { ...key, key: secret };
  });
