import type { Tx } from '@soc/db-cluster';
import type { Origin } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import type { AuthDeps } from '../deps.ts';
import type { Account } from '../domain/account.ts';
import { changeAccount } from '../domain/change-account.ts';
import { decideOidcLogin, type OidcRefusal } from '../domain/decide-oidc-login.ts';
import { newAccount } from '../domain/new-account.ts';
import { displayNameOf, type OidcClaims, rolesOf, verifiedEmailOf } from '../domain/oidc-claims.ts';
import type { Identity } from './identity-repository.ts';
import type { StoredProvider } from './provider-repository.ts';

export type OidcOutcome =
  | { readonly ok: true; readonly account: Account; readonly how: 'known' | 'link' | 'create' }
  | { readonly ok: false; readonly refusal: OidcRefusal };

type Deps = Pick<
  AuthDeps,
  'users' | 'sessions' | 'revocations' | 'identities' | 'grants' | 'hasher' | 'outbox' | 'now'
>;

/** A login at a provider that is to become one of ours. */
export interface OidcPerson {
  readonly provider: StoredProvider;
  readonly claims: OidcClaims;
  readonly origin: Origin;
}

/**
 * The account of somebody whom a provider has verified: the one that was tied to them before, one that is tied to them now,
 * or a new one. An account that was made for them has the roles that the provider says, each time.
 */
export async function accountOf(deps: Deps, tx: Tx, person: OidcPerson): Promise<OidcOutcome> {
  const { users, identities, now } = deps;
  const { provider, claims } = person;
  const { tenantId } = provider;
  // Two first logins of one person at once must not make two accounts.
  await users.lockTenant(tx, tenantId);
  const subject = { providerId: provider.id, issuer: provider.issuer, subject: claims.sub };
  const identity = await identities.use(tx, subject, now());
  const verifiedEmail = verifiedEmailOf(claims);
  const decision = decideOidcLogin({
    provider,
    known: identity && (await users.find(tx, tenantId, identity.userId)),
    verifiedEmail,
    sameEmail: verifiedEmail === undefined ? undefined : await users.findByEmail(tx, verifiedEmail),
  });
  switch (decision.kind) {
    case 'refuse':
      return { ok: false, refusal: decision.refusal };
    case 'known':
      return {
        ok: true,
        how: 'known',
        account: await followRoles(deps, tx, decision.account, { ...person, identity }),
      };
    case 'link':
      await identities.insert(tx, subject, { userId: decision.account.id, tenantId, managed: false }, now());
      return { ok: true, how: 'link', account: decision.account };
    case 'create': {
      const account = await createAccount(deps, tx, decision.email, person);
      if (!account) return { ok: false, refusal: 'oidc_email_taken' };
      await identities.insert(tx, subject, { userId: account.id, tenantId, managed: true }, now());
      return { ok: true, how: 'create', account };
    }
  }
}

/** Only roles that there are by now: a tenant may have deleted one that the mapping names. */
async function knownRolesOf({ grants }: Deps, tx: Tx, { provider, claims }: OidcPerson): Promise<readonly string[]> {
  const roles = rolesOf(claims, provider);
  const unknown = new Set(await grants.unknownRoles(tx, provider.tenantId, roles));
  return roles.filter((role) => !unknown.has(role));
}

async function createAccount(deps: Deps, tx: Tx, email: string, person: OidcPerson): Promise<Account | undefined> {
  const { users, hasher, outbox, now } = deps;
  const at = now();
  const account = newAccount(
    {
      id: uuidv7(at.getTime()),
      tenantId: person.provider.tenantId,
      email,
      displayName: displayNameOf(person.claims),
      passwordHash: hasher.ofNothing(),
      roles: await knownRolesOf(deps, tx, person),
    },
    at,
  );
  if (!(await users.insert(tx, account))) return undefined;
  const origin = { ...person.origin, tenantId: account.tenantId };
  await publishUserChanged(outbox, tx, account, 'created', origin);
  return account;
}

/** The last administrator keeps the role, whatever the provider says: nobody could give it back. */
async function followRoles(
  deps: Deps,
  tx: Tx,
  before: Account,
  person: OidcPerson & { readonly identity: Identity | undefined },
): Promise<Account> {
  const { users, sessions, revocations, outbox, now } = deps;
  const { provider, identity } = person;
  if (identity?.managed !== true || provider.roleClaim === null) return before;
  const roles = await knownRolesOf(deps, tx, person);
  if (new Set(roles).symmetricDifference(new Set(before.roles)).size === 0) return before;
  const { account, endsSessions, losesAdmin } = changeAccount(before, { roles: [...roles] }, undefined, now());
  if (losesAdmin && !(await users.hasOtherAdmin(tx, account.tenantId, account.id))) return before;
  await users.save(tx, account);
  if (endsSessions) {
    await sessions.revokeAll(tx, account.id, 'account_changed', now());
    await revocations.revokeUsers(tx, account.tenantId, [account.id], now());
  }
  await publishUserChanged(outbox, tx, account, 'updated', { ...person.origin, tenantId: account.tenantId });
  return (await users.find(tx, account.tenantId, account.id)) ?? account;
}
