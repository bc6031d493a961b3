import { uuidv7 } from '@soc/service-kit';
import { publishUserChanged } from './account-events.ts';
import type { AuthDeps } from './deps.ts';
import type { Account } from './domain/account.ts';
import { newAccount } from './domain/new-account.ts';

const TENANT = 'default';
const DISPLAY_NAME = 'Administrator';

type FirstAdminDeps = Pick<
  AuthDeps,
  'db' | 'users' | 'hasher' | 'passwordPolicy' | 'outbox' | 'config' | 'log' | 'now'
>;

/** Makes the administrator named in the environment when there is nobody yet. Of two replicas at once, one makes it. */
export async function createFirstAdmin(deps: FirstAdminDeps): Promise<void> {
  const { db, users, hasher, passwordPolicy, config, log, now } = deps;
  if (!(await users.isEmpty(db.write))) return;
  const { AUTH_ADMIN_EMAIL: email, AUTH_ADMIN_PASSWORD: password } = config;
  if (email === undefined || password === undefined) {
    log.warn({}, 'nobody can log in: set AUTH_ADMIN_EMAIL and AUTH_ADMIN_PASSWORD');
    return;
  }
  const at = now();
  const reason = await passwordPolicy.refusalOf(password, { email, displayName: DISPLAY_NAME });
  // Who runs the fleet has chosen it; people who work with it could not.
  if (reason !== undefined) log.warn({ reason }, 'the password of the first administrator is weak');
  const person = { id: uuidv7(at.getTime()), tenantId: TENANT, email, displayName: DISPLAY_NAME, roles: ['admin'] };
  const account = newAccount({ ...person, passwordHash: await hasher.hash(password) }, at);
  if (await addWhenEmpty(deps, account)) log.info({ userId: account.id }, 'first administrator created');
}

const addWhenEmpty = ({ db, users, outbox }: FirstAdminDeps, account: Account): Promise<boolean> =>
  db.tx(async (tx) => {
    await users.lockTenant(tx, TENANT);
    if (!(await users.isEmpty(tx)) || !(await users.insert(tx, account))) return false;
    await publishUserChanged(outbox, tx, account, 'created', { tenantId: TENANT, correlationId: account.id });
    return true;
  });
