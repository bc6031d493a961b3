import { type Queryable, sql, type Tx } from '@soc/db-cluster';

/** A login that is under way at a provider. */
export interface OidcLogin {
  readonly stateHash: Buffer;
  readonly tenantId: string;
  readonly providerId: string;
  /** Nonce and code verifier. */
  readonly sealedSecrets: string;
  /** SHA-256, in base64url, of the secret that the console keeps. */
  readonly challenge: string;
  readonly returnTo: string | null;
}

interface LoginRow {
  readonly state_hash: Buffer;
  readonly tenant_id: string;
  readonly provider_id: string;
  readonly secrets: string;
  readonly challenge: string;
  readonly return_to: string | null;
}

/** At one go, of those that are over. */
const MAX_FORGOTTEN = 100;

export const oidcLoginRepository = {
  /** Anybody may begin one, so each that is begun takes some that are over along: they do not pile up until they are looked for. */
  begin: async (db: Queryable, login: OidcLogin, at: Date, expiresAt: Date): Promise<void> => {
    await db.query(
      sql`with over as (
            delete from auth.oidc_logins where state_hash in (
              select state_hash from auth.oidc_logins where expires_at <= ${at}
              order by expires_at limit ${MAX_FORGOTTEN} for update skip locked))
          insert into auth.oidc_logins (state_hash, tenant_id, provider_id, secrets, challenge, return_to, expires_at)
          values (${login.stateHash}, ${login.tenantId}, ${login.providerId}, ${login.sealedSecrets},
            ${login.challenge}, ${login.returnTo}, ${expiresAt})`,
    );
  },

  /** The login of a state, once: undefined for one that was used, has expired, or is another provider's. */
  use: async (db: Queryable, stateHash: Buffer, providerId: string, at: Date): Promise<OidcLogin | undefined> => {
    const [row] = await db.query<LoginRow>(
      sql`update auth.oidc_logins set used_at = ${at}
          where state_hash = ${stateHash} and provider_id = ${providerId} and used_at is null and expires_at > ${at}
          returning state_hash, tenant_id, provider_id, secrets, challenge, return_to`,
    );
    return row
      ? {
          stateHash: row.state_hash,
          tenantId: row.tenant_id,
          providerId: row.provider_id,
          sealedSecrets: row.secrets,
          challenge: row.challenge,
          returnTo: row.return_to,
        }
      : undefined;
  },

  /** The person is known: whoever brings the code until `expiresAt`, and what the challenge was made of, is logged in. */
  finish: async (
    tx: Tx,
    stateHash: Buffer,
    { codeHash, userId }: { readonly codeHash: Buffer; readonly userId: string },
    expiresAt: Date,
  ): Promise<void> => {
    await tx.query(
      sql`update auth.oidc_logins set code_hash = ${codeHash}, user_id = ${userId}, expires_at = ${expiresAt}
          where state_hash = ${stateHash}`,
    );
  },

  /** Whose login the code stands for, once, and only as long as the provider is enabled. */
  exchange: async (
    tx: Tx,
    { codeHash, challenge }: { readonly codeHash: Buffer; readonly challenge: string },
    at: Date,
  ): Promise<{ readonly tenantId: string; readonly userId: string } | undefined> => {
    const [row] = await tx.query<{ tenant_id: string; user_id: string }>(
      sql`update auth.oidc_logins set exchanged_at = ${at}
          where code_hash = ${codeHash} and challenge = ${challenge} and exchanged_at is null and expires_at > ${at}
            and exists (select from auth.identity_providers p where p.id = provider_id and p.enabled)
          returning tenant_id, user_id`,
    );
    return row ? { tenantId: row.tenant_id, userId: row.user_id } : undefined;
  },

  /** The provider is another one by now: what is under way must not go on there. */
  forgetOf: async (tx: Tx, providerId: string): Promise<void> => {
    await tx.query(sql`delete from auth.oidc_logins where provider_id = ${providerId}`);
  },

  forgetExpired: async (db: Queryable, at: Date): Promise<void> => {
    await db.query(sql`delete from auth.oidc_logins where expires_at <= ${at}`);
  },
} as const;
