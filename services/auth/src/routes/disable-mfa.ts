import { DisableMfa } from '@soc/contracts/auth/mfa';
import { route } from '@soc/service-kit';
import { clientAddressOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';
import { isMfaRequired } from '../domain/grant.ts';
import { withBothFactors } from '../with-both-factors.ts';

/**
 * Where a role demands the factor, what is left is to enrol another: the tokens given before are refused from now on, and
 * the session's next one is good for nothing else.
 */
export const disableMfaRoute = (deps: AuthDeps) =>
  route(DisableMfa, async ({ body, principal, request, record, log }) => {
    const { users, mfa, sessions, settings, revocations, now } = deps;
    const shown = { ...body, principal, clientAddress: clientAddressOf(request) };
    await withBothFactors(deps, shown, async (tx, { id, tenantId, roles }) => {
      await mfa.remove(tx, id);
      await record(tx, { targetId: id });
      await users.findForUpdate(tx, tenantId, id);
      await sessions.revokeOthers(tx, { userId: id, sessionId: principal.sessionId }, 'account_changed', now());
      if (isMfaRequired(roles, await settings.mfaRequiredRoles(tx, tenantId))) {
        await revocations.revokeUsers(tx, tenantId, [id], now());
      }
    });
    log.warn({ userId: principal.subject }, 'second factor taken away by its owner');
    return undefined;
  });
