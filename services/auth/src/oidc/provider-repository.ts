import type { IdentityProvider } from '@soc/contracts/auth/identity-providers';
import { json, type Queryable, sql, type Tx } from '@soc/db-cluster';

/** A provider with what only this service may see of it. */
export interface StoredProvider extends Omit<IdentityProvider, 'hasSecret'> {
  readonly tenantId: string;
  /** Undefined for a public client. */
  readonly sealedSecret: string | undefined;
}

interface ProviderRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly slug: string;
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string | null;
  readonly scopes: string[];
  readonly enabled: boolean;
  readonly listed: boolean;
  readonly provisioning: IdentityProvider['provisioning'];
  readonly email_domains: string[];
  readonly role_claim: string | null;
  readonly role_mapping: IdentityProvider['roleMapping'];
  readonly default_roles: string[];
  readonly created_at: string;
  readonly updated_at: string;
}

const columns = sql`id, tenant_id, slug, name, issuer, client_id, client_secret, scopes, enabled, listed, provisioning,
  email_domains, role_claim, role_mapping, default_roles, created_at, updated_at`;

const toProvider = (row: ProviderRow): StoredProvider => ({
  id: row.id,
  tenantId: row.tenant_id,
  slug: row.slug,
  name: row.name,
  issuer: row.issuer,
  clientId: row.client_id,
  sealedSecret: row.client_secret ?? undefined,
  scopes: row.scopes,
  enabled: row.enabled,
  listed: row.listed,
  provisioning: row.provisioning,
  emailDomains: row.email_domains,
  roleClaim: row.role_claim,
  roleMapping: row.role_mapping,
  defaultRoles: row.default_roles,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const first = (rows: readonly ProviderRow[]): StoredProvider | undefined => rows.map(toProvider)[0];

const MAX_LISTED = 50;

export const providerRepository = {
  list: async (
    db: Queryable,
    tenantId: string,
    { after, limitRows }: { readonly after: string | undefined; readonly limitRows: number },
  ): Promise<StoredProvider[]> => {
    const rows = await db.query<ProviderRow>(
      sql`select ${columns} from auth.identity_providers
          where tenant_id = ${tenantId} ${after === undefined ? sql`` : sql`and id > ${after}`}
          order by id limit ${limitRows}`,
    );
    return rows.map(toProvider);
  },

  findForUpdate: async (tx: Tx, tenantId: string, id: string): Promise<StoredProvider | undefined> =>
    first(
      await tx.query<ProviderRow>(
        sql`select ${columns} from auth.identity_providers where tenant_id = ${tenantId} and id = ${id} for update`,
      ),
    ),

  /** A login names no tenant: a slug is one provider in the whole fleet. */
  findEnabled: async (db: Queryable, slug: string): Promise<StoredProvider | undefined> =>
    first(
      await db.query<ProviderRow>(sql`select ${columns} from auth.identity_providers where slug = ${slug} and enabled`),
    ),

  listListed: (db: Queryable): Promise<{ slug: string; name: string }[]> =>
    db.query<{ slug: string; name: string }>(
      sql`select slug, name from auth.identity_providers where enabled and listed order by name, slug limit ${MAX_LISTED}`,
    ),

  /** Whether it was added: false when the slug is taken. */
  insert: async (tx: Tx, provider: StoredProvider): Promise<boolean> => {
    const rows = await tx.query(
      sql`insert into auth.identity_providers (${columns}) values (
            ${provider.id}, ${provider.tenantId}, ${provider.slug}, ${provider.name}, ${provider.issuer},
            ${provider.clientId}, ${provider.sealedSecret ?? null}, ${provider.scopes}, ${provider.enabled},
            ${provider.listed}, ${provider.provisioning}, ${provider.emailDomains}, ${provider.roleClaim},
            ${json(provider.roleMapping)}, ${provider.defaultRoles}, ${provider.createdAt}, ${provider.updatedAt})
          on conflict (slug) do nothing returning id`,
    );
    return rows.length > 0;
  },

  save: async (tx: Tx, provider: StoredProvider): Promise<void> => {
    await tx.query(
      sql`update auth.identity_providers set name = ${provider.name}, issuer = ${provider.issuer},
            client_id = ${provider.clientId}, client_secret = ${provider.sealedSecret ?? null},
            scopes = ${provider.scopes}, enabled = ${provider.enabled}, listed = ${provider.listed},
            provisioning = ${provider.provisioning}, email_domains = ${provider.emailDomains},
            role_claim = ${provider.roleClaim}, role_mapping = ${json(provider.roleMapping)},
            default_roles = ${provider.defaultRoles}, updated_at = ${provider.updatedAt}
          where id = ${provider.id}`,
    );
  },

  /** Whether there was such a provider. */
  delete: async (tx: Tx, tenantId: string, id: string): Promise<boolean> => {
    const rows = await tx.query(
      sql`delete from auth.identity_providers where tenant_id = ${tenantId} and id = ${id} returning id`,
    );
    return rows.length > 0;
  },
} as const;
