import { uuidv7 } from '@soc/service-kit';
import { publishUserChanged } from './account-events.ts';
import type { AuthDeps } from './deps.ts';
import type { Account } from './domain/account.ts';

const TENANT = 'default';

type FirstAdminDeps = Pick<AuthDeps, 'db' | 'users' | 'hasher' | 'outbox' | 'config' | 'log' | 'now'>;

/** Makes the administrator named in the environment when there is nobody yet. Of two replicas at once, one makes it. */
export async function createFirstAdmin(deps: FirstAdminDeps): Promise<void> {
  const { db, users, hasher, config, log, now } = deps;
  if (!(await users.isEmpty(db.write))) return;
  const { AUTH_ADMIN_EMAIL: email, AUTH_ADMIN_PASSWORD: password } = config;
  if (email === undefined || password === undefined) {
    log.warn({}, 'nobody can log in: set AUTH_ADMIN_EMAIL and AUTH_ADMIN_PASSWORD');
    return;
  }
  const at = now();
  const account: Account = {
    id: uuidv7(at.getTime()),
    tenantId: TENANT,
    email,
    displayName: 'Administrator',
    passwordHash: await hasher.hash(password),
    roles: ['admin'],
    active: true,
    version: 1,
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
    lastLoginAt: null,
    tokensValidFrom: null,
  };
  if (await addWhenEmpty(deps, account)) log.info({ userId: account.id }, 'first administrator created');
}

const addWhenEmpty = ({ db, users, outbox }: FirstAdminDeps, account: Account): Promise<boolean> =>
  db.tx(async (tx) => {
    await users.lockTenant(tx, TENANT);
    if (!(await users.isEmpty(tx)) || !(await users.insert(tx, account))) return false;
    await publishUserChanged(outbox, tx, account, 'created', { tenantId: TENANT, correlationId: account.id });
    return true;
  });
