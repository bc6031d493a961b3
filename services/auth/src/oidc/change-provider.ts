import { Role } from '@soc/contracts';
import type { IdentityProvider } from '@soc/contracts/auth/identity-providers';
import type { Tx } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import { unprocessable } from '@soc/service-kit';
import { demandKnownRoles } from '../demand-known-roles.ts';
import type { AuthDeps } from '../deps.ts';
import { exceeds } from '../domain/grant.ts';
import { isAllowedDestination } from '../domain/oidc-destination.ts';
import type { StoredProvider } from './provider-repository.ts';

/** What administrators see of a provider. */
export const toIdentityProvider = ({ tenantId: _tenant, sealedSecret, ...rest }: StoredProvider): IdentityProvider => ({
  ...rest,
  hasSecret: sealedSecret !== undefined,
});

type Settings = Pick<IdentityProvider, 'issuer' | 'provisioning' | 'roleMapping' | 'defaultRoles'>;

/** Throws 422 for a provider that may not be asked. */
export function demandDestination({ config }: Pick<AuthDeps, 'config'>, { issuer }: Settings): void {
  if (!isAllowedDestination(new URL(issuer), config.AUTH_OIDC_ALLOWED_HOSTS)) {
    throw unprocessable('auth.destination_refused', 'an issuer is an https address, and not of this host or its link');
  }
}

/**
 * Nobody has a provider give what they do not hold. Whoever has it name accounts by their addresses can have it name any of the
 * tenant, so that takes all that an account may do. Throws 400 for roles that there are not, 422 for too mighty ones.
 */
export async function demandAllowed(
  { grants, roles: ownRoles }: Pick<AuthDeps, 'grants' | 'roles'>,
  tx: Tx,
  { tenantId, permissions }: Principal,
  { provisioning, roleMapping, defaultRoles }: Settings,
): Promise<void> {
  await demandKnownRoles(grants, tx, tenantId, { path: 'body.defaultRoles', roles: defaultRoles });
  for (const [index, { roles }] of roleMapping.entries()) {
    await demandKnownRoles(grants, tx, tenantId, { path: `body.roleMapping.${index}.roles`, roles });
  }
  const all = [...defaultRoles, ...roleMapping.flatMap(({ roles }) => roles)];
  if (exceeds(await grants.permissionsOf(tx, tenantId, all), permissions)) {
    throw unprocessable('auth.permission_not_held', 'these roles allow more than you may');
  }
  if (provisioning === 'none') return;
  const every = [...Role.options, ...(await ownRoles.list(tx, tenantId)).map(({ name }) => name)];
  if (exceeds(await grants.permissionsOf(tx, tenantId, every), permissions)) {
    throw unprocessable('auth.permission_not_held', 'provisioning takes every permission that any role allows');
  }
}
