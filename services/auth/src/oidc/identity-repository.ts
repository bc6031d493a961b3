import { sql, type Tx } from '@soc/db-cluster';

/** A subject of a provider. */
export interface Subject {
  readonly providerId: string;
  readonly issuer: string;
  readonly subject: string;
}

export interface Identity {
  readonly userId: string;
  /** The account was made for it. */
  readonly managed: boolean;
}

export const identityRepository = {
  /** Notes that it is used, and whose it is. */
  use: async (tx: Tx, { providerId, issuer, subject }: Subject, at: Date): Promise<Identity | undefined> => {
    const [row] = await tx.query<{ user_id: string; managed: boolean }>(
      sql`update auth.identities set last_used_at = ${at}
          where provider_id = ${providerId} and issuer = ${issuer} and subject = ${subject}
          returning user_id, managed`,
    );
    return row ? { userId: row.user_id, managed: row.managed } : undefined;
  },

  insert: async (
    tx: Tx,
    { providerId, issuer, subject }: Subject,
    { userId, managed, tenantId }: Identity & { readonly tenantId: string },
    at: Date,
  ): Promise<void> => {
    await tx.query(
      sql`insert into auth.identities
            (provider_id, issuer, subject, tenant_id, user_id, managed, created_at, last_used_at)
          values (${providerId}, ${issuer}, ${subject}, ${tenantId}, ${userId}, ${managed}, ${at}, ${at})`,
    );
  },
} as const;
