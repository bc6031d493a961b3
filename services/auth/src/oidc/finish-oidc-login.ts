import type { Tx } from '@soc/db-cluster';
import type { Origin } from '@soc/messaging';
import { type RouteContext, uuidv7 } from '@soc/service-kit';
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
  'users' | 'sessions' | 'revocations' | 'identities' | 'grants' | 'hasher' | 'outbox' | 'audit' | 'now'
>;

/** A login at a provider that is to become one of ours. */
export interface OidcPerson {
  readonly provider: StoredProvider;
  readonly claims: OidcClaims;
  readonly origin: Origin;
  readonly request: RouteContext<never>['request'];
}

/** What a provider does to an account is recorded as the person's own deed, who came with its word. */
const record = (
  { audit }: Deps,
  tx: Tx,
  { provider, claims, request }: OidcPerson,
  deed: { readonly action: string; readonly account: Account; readonly details?: Readonly<Record<string, unknown>> },
): Promise<void> =>
  audit.record(tx, {
    action: deed.action,
    outcome: 'success',
    tenantId: provider.tenantId,
    actor: { kind: 'user', id: deed.account.id, name: deed.account.displayName },
    target: { type: 'user', id: deed.account.id },
    details: { provider: provider.slug, subject: claims.sub, ...deed.details },
    request,
  });

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
      await record(deps, tx, person, { action: 'identity.link', account: decision.account });
      return { ok: true, how: 'link', account: decision.account };
    case 'create': {
      const account = await createAccount(deps, tx, decision.email, person);
      if (!account) return { ok: false, refusal: 'oidc_email_taken' };
      await identities.insert(tx, subject, { userId: account.id, tenantId, managed: true }, now());
      await record(deps, tx, person, { action: 'user.create', account, details: { roles: account.roles } });
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
  const { account: changed, endsSessions, losesAdmin } = changeAccount(before, { roles: [...roles] }, undefined, now());
  if (losesAdmin && !(await users.hasOtherAdmin(tx, before.tenantId, before.id))) return before;
  const account = await users.save(tx, before, changed);
  if (endsSessions) {
    await sessions.revokeAll(tx, account.id, 'account_changed', now());
    await revocations.revokeUsers(tx, account.tenantId, [account.id], now());
  }
  await publishUserChanged(outbox, tx, account, 'updated', { ...person.origin, tenantId: account.tenantId });
  const details = { roles: { before: before.roles, after: account.roles } };
  await record(deps, tx, person, { action: 'user.update', account, details });
  return (await users.find(tx, account.tenantId, account.id)) ?? account;
}
