import type { Permission } from '@soc/contracts';
import type { Queryable } from '@soc/db-cluster';
import { type Grant, isBuiltIn, limitOf, type Obligations, permissionsOf } from './domain/grant.ts';
import type { roleRepository } from './role-repository.ts';
import type { tenantSettingsRepository } from './tenant-settings-repository.ts';

/** Whose rights are asked for, as the account is now. */
export interface GrantHolder extends Obligations {
  readonly tenantId: string;
}

/** What people may do, which their roles say and what they still owe. */
export interface Grants {
  /**
   * What any of the roles allows. Ask within the transaction that locked the account: a role that changes waits for its
   * holders' rows, so that no token carries what was just taken away.
   */
  readonly permissionsOf: (
    db: Queryable,
    tenantId: string,
    roles: readonly string[],
  ) => Promise<ReadonlySet<Permission>>;
  /** What a token of this person carries: nothing as long as something must be done first. */
  readonly of: (db: Queryable, holder: GrantHolder) => Promise<Grant>;
  /** Those of the names that are no role of this tenant. */
  readonly unknownRoles: (db: Queryable, tenantId: string, roles: readonly string[]) => Promise<readonly string[]>;
}

const NO_PERMISSIONS: ReadonlySet<Permission> = new Set();

export function createGrants(repositories: {
  readonly roles: Pick<typeof roleRepository, 'allowances'>;
  readonly settings: Pick<typeof tenantSettingsRepository, 'mfaRequiredRoles'>;
}): Grants {
  const { roles: known, settings } = repositories;

  // Most people hold built-in roles only: those cost no statement.
  const allowances: (typeof known)['allowances'] = (db, tenantId, names) => {
    const own = names.filter((name) => !isBuiltIn(name));
    return own.length === 0 ? Promise.resolve(new Map()) : known.allowances(db, tenantId, own);
  };

  const ofRoles: Grants['permissionsOf'] = async (db, tenantId, names) =>
    permissionsOf(names, await allowances(db, tenantId, names));

  return {
    permissionsOf: ofRoles,
    of: async (db, holder) => {
      const limit = limitOf(holder, await settings.mfaRequiredRoles(db, holder.tenantId));
      if (limit !== undefined) return { permissions: NO_PERMISSIONS, limit };
      return { permissions: await ofRoles(db, holder.tenantId, holder.roles), limit };
    },
    unknownRoles: async (db, tenantId, names) => {
      const own = await allowances(db, tenantId, names);
      return names.filter((name) => !isBuiltIn(name) && !own.has(name));
    },
  };
}
