import { CreateUser } from '@soc/contracts/auth/users';
import { conflict, route, unprocessable, uuidv7 } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import { demandKnownRoles } from '../demand-known-roles.ts';
import type { AuthDeps } from '../deps.ts';
import { toUser } from '../domain/account.ts';
import { exceeds } from '../domain/grant.ts';
import { newAccount } from '../domain/new-account.ts';
import { hashNewPassword } from '../new-password.ts';

export const createUserRoute = (deps: AuthDeps) =>
  route(CreateUser, async ({ body, principal, origin, record, log }) => {
    const { db, users, grants, outbox, now } = deps;
    const { tenantId } = principal;
    const { password, ...person } = body;
    const passwordHash = await hashNewPassword(deps, { password, path: 'body.password', owner: body });
    const at = now();
    const account = newAccount({ ...person, id: uuidv7(at.getTime()), tenantId, passwordHash }, at);
    const isAdded = await db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      await demandKnownRoles(grants, tx, tenantId, { path: 'body.roles', roles: body.roles });
      if (exceeds(await grants.permissionsOf(tx, tenantId, body.roles), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'these roles allow more than you may');
      }
      if (!(await users.insert(tx, account))) return false;
      await publishUserChanged(outbox, tx, account, 'created', origin);
      await record(tx, {
        targetId: account.id,
        details: { roles: account.roles, mustChangePassword: account.mustChangePassword },
      });
      return true;
    });
    if (!isAdded) throw conflict('auth.email_taken', 'there is an account with this e-mail address');
    log.info({ userId: account.id, by: principal.subject, roles: account.roles }, 'user created');
    return toUser(account);
  });
