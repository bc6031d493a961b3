import { CreateUser } from '@soc/contracts/auth/users';
import { conflict, route, unprocessable, uuidv7 } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import { busy } from '../busy.ts';
import type { AuthDeps } from '../deps.ts';
import { type Account, exceeds, toUser } from '../domain/account.ts';

type CreateUserDeps = Pick<AuthDeps, 'db' | 'users' | 'hasher' | 'hashing' | 'outbox' | 'now'>;

export const createUserRoute = ({ db, users, hasher, hashing, outbox, now }: CreateUserDeps) =>
  route(CreateUser, async ({ body, principal, origin, log }) => {
    if (exceeds(body.roles, principal.permissions)) {
      throw unprocessable('auth.permission_not_held', 'these roles allow more than you may');
    }
    const hashed = await hashing.run(() => hasher.hash(body.password));
    if (!hashed.ok) throw busy();
    const at = now();
    const account: Account = {
      id: uuidv7(at.getTime()),
      tenantId: principal.tenantId,
      email: body.email,
      displayName: body.displayName,
      passwordHash: hashed.value,
      roles: body.roles,
      active: true,
      version: 1,
      createdAt: at.toISOString(),
      updatedAt: at.toISOString(),
      lastLoginAt: null,
      tokensValidFrom: null,
    };
    const isAdded = await db.tx(async (tx) => {
      if (!(await users.insert(tx, account))) return false;
      await publishUserChanged(outbox, tx, account, 'created', origin);
      return true;
    });
    if (!isAdded) throw conflict('auth.email_taken', 'there is an account with this e-mail address');
    log.info({ userId: account.id, by: principal.subject, roles: account.roles }, 'user created');
    return toUser(account);
  });
