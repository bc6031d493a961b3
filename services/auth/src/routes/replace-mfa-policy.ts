import { ReplaceMfaPolicy } from '@soc/contracts/auth/mfa';
import { route, unprocessable } from '@soc/service-kit';
import { demandKnownRoles } from '../demand-known-roles.ts';
import type { AuthDeps } from '../deps.ts';
import { exceeds } from '../domain/grant.ts';

type PolicyDeps = Pick<AuthDeps, 'db' | 'users' | 'grants' | 'settings' | 'revocations' | 'now'>;

/** Sessions go on, but the tokens of whoever now owes a factor are refused: the next one can only enrol. */
export const replaceMfaPolicyRoute = ({ db, users, grants, settings, revocations, now }: PolicyDeps) =>
  route(ReplaceMfaPolicy, async ({ body, principal, record, log }) => {
    const { mfaRequiredRoles } = body;
    const { tenantId } = principal;
    await db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      await demandKnownRoles(grants, tx, tenantId, { path: 'body.mfaRequiredRoles', roles: mfaRequiredRoles });
      const before = await settings.mfaRequiredRoles(tx, tenantId);
      const freed = before.filter((name) => !mfaRequiredRoles.includes(name));
      if (exceeds(await grants.permissionsOf(tx, tenantId, freed), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'a role that would be freed allows more than you may');
      }
      await settings.requireMfaOf(tx, tenantId, mfaRequiredRoles, now());
      const owing = await users.idsWithoutMfa(tx, tenantId, mfaRequiredRoles);
      await revocations.revokeUsers(tx, tenantId, owing, now());
      await record(tx, { targetId: tenantId, details: { before, after: mfaRequiredRoles, owing: owing.length } });
    });
    log.warn({ mfaRequiredRoles, by: principal.subject }, 'roles that need a second factor changed');
    return { mfaRequiredRoles };
  });
