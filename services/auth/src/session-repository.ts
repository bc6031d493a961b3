import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { PresentedToken } from './domain/decide-refresh.ts';
import { endOf } from './domain/revocation.ts';

/** A refresh token that was presented, with its session and the person behind it. */
export interface FoundToken extends PresentedToken {
  readonly sessionId: string;
  readonly holder: {
    readonly id: string;
    readonly tenantId: string;
    readonly displayName: string;
    readonly roles: readonly string[];
    readonly mustChangePassword: boolean;
    readonly mfaEnabled: boolean;
    readonly tokensValidFrom: string | null;
  };
}

export interface OpenSession {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly userAgent: string | null;
  readonly address: string | null;
}

/** A login that begins a session. */
export interface NewSession {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  /** What the client calls itself. */
  readonly userAgent: string | null;
  /** The IP address it comes from, and the network failed logins are counted by. */
  readonly address: string;
  readonly network: string;
}

/** The sessions of a person but the one that asks; all of them when none does. */
interface OtherSessions {
  readonly userId: string;
  readonly sessionId: string | undefined;
}

interface FoundRow {
  readonly session_id: string;
  readonly expires_at: string;
  readonly used_at: string | null;
  readonly revoked_at: string | null;
  readonly user_id: string;
  readonly tenant_id: string;
  readonly display_name: string;
  readonly roles: string[];
  readonly active: boolean;
  readonly must_change_password: boolean;
  readonly mfa_enabled: boolean;
  readonly tokens_valid_from: string | null;
}

interface SessionRow {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly user_agent: string | null;
  readonly address: string | null;
}

type RevocationReason = 'logout' | 'revoked' | 'token_reused' | 'account_changed';

const MAX_LISTED = 200;

export const sessionRepository = {
  open: async (tx: Tx, session: NewSession, at: Date, expiresAt: Date): Promise<void> => {
    await tx.query(
      sql`insert into auth.sessions
            (id, tenant_id, user_id, created_at, last_used_at, expires_at, user_agent, address, network)
          values (${session.id}, ${session.tenantId}, ${session.userId}, ${at}, ${at}, ${expiresAt},
            ${session.userAgent}, ${session.address}, ${session.network})`,
    );
  },

  /** Whether the owner of an address has logged in from a network, as long as the session of it is not forgotten. */
  wasOpenedFrom: async (db: Queryable, email: string, network: string): Promise<boolean> => {
    const rows = await db.query(
      sql`select from auth.users u join auth.sessions s on s.user_id = u.id
          where lower(u.email) = lower(${email}) and s.network = ${network} limit 1`,
    );
    return rows.length > 0;
  },

  addToken: async (tx: Tx, sessionId: string, tokenHash: Buffer, expiresAt: Date): Promise<void> => {
    await tx.query(
      sql`insert into auth.refresh_tokens (hash, session_id, expires_at)
          values (${tokenHash}, ${sessionId}, ${expiresAt})`,
    );
  },

  /**
   * Both rows are locked: the second of two requests with one token must see that the first has used it. The person's row is
   * locked before, by a statement of its own: what is being taken away from them is waited for, and seen by those that follow.
   */
  findToken: async (tx: Tx, tokenHash: Buffer): Promise<FoundToken | undefined> => {
    await tx.query(
      sql`select from auth.users u
          where u.id = (select s.user_id from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id
            where t.hash = ${tokenHash})
          for share`,
    );
    const [row] = await tx.query<FoundRow>(
      sql`select t.session_id, t.expires_at, t.used_at, s.revoked_at,
                 u.id as user_id, u.tenant_id, u.display_name, u.roles, u.active, u.tokens_valid_from,
                 u.must_change_password, exists (select from auth.mfa_factors f
                   where f.user_id = u.id and f.confirmed_at is not null) as mfa_enabled
          from auth.refresh_tokens t
          join auth.sessions s on s.id = t.session_id
          join auth.users u on u.id = s.user_id
          where t.hash = ${tokenHash}
          for update of t, s`,
    );
    return row
      ? {
          sessionId: row.session_id,
          tokenExpiresAt: row.expires_at,
          tokenUsedAt: row.used_at,
          sessionRevokedAt: row.revoked_at,
          accountActive: row.active,
          holder: {
            id: row.user_id,
            tenantId: row.tenant_id,
            displayName: row.display_name,
            roles: row.roles,
            mustChangePassword: row.must_change_password,
            mfaEnabled: row.mfa_enabled,
            tokensValidFrom: row.tokens_valid_from,
          },
        }
      : undefined;
  },

  /** The old token is used up and the session lives until `expiresAt`. */
  renew: async (tx: Tx, sessionId: string, usedHash: Buffer, at: Date, expiresAt: Date): Promise<void> => {
    await tx.query(sql`update auth.refresh_tokens set used_at = ${at} where hash = ${usedHash}`);
    await tx.query(
      sql`update auth.sessions set last_used_at = ${at}, expires_at = ${expiresAt} where id = ${sessionId}`,
    );
  },

  /** Whether an open session of this person was there to end. Its access tokens are refused from the commit on. */
  revoke: async (
    tx: Tx,
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    reason: RevocationReason,
    at: Date,
  ): Promise<boolean> => {
    const rows = await tx.query(
      sql`with ended as (
            update auth.sessions set revoked_at = ${at}, revoked_reason = ${reason}
            where id = ${sessionId} and user_id = ${userId} and revoked_at is null
            returning id, tenant_id)
          insert into auth.revocations (kind, subject, tenant_id, before, at)
          select 'session', id::text, tenant_id, ${endOf(at)}, ${at} from ended returning id`,
    );
    return rows.length > 0;
  },

  /** The access tokens are refused when `revocations.revokeUsers` follows. */
  revokeAll: async (tx: Tx, userId: string, reason: RevocationReason, at: Date): Promise<number> => {
    const rows = await tx.query(
      sql`update auth.sessions set revoked_at = ${at}, revoked_reason = ${reason}
          where user_id = ${userId} and revoked_at is null returning id`,
    );
    return rows.length;
  },

  /** As `revokeAll`, of several people. */
  revokeAllOf: async (tx: Tx, userIds: readonly string[], reason: RevocationReason, at: Date): Promise<void> => {
    await tx.query(
      sql`update auth.sessions set revoked_at = ${at}, revoked_reason = ${reason}
          where user_id = any(${userIds}::uuid[]) and revoked_at is null`,
    );
  },

  /** The sessions of a person but one, and their access tokens. */
  revokeOthers: async (
    tx: Tx,
    { userId, sessionId }: OtherSessions,
    reason: RevocationReason,
    at: Date,
  ): Promise<void> => {
    await tx.query(
      sql`with ended as (
            update auth.sessions set revoked_at = ${at}, revoked_reason = ${reason}
            where user_id = ${userId} and id is distinct from ${sessionId ?? null}::uuid and revoked_at is null
            returning id, tenant_id)
          insert into auth.revocations (kind, subject, tenant_id, before, at)
          select 'session', id::text, tenant_id, ${endOf(at)}, ${at} from ended`,
    );
  },

  listOpen: async (db: Queryable, userId: string, at: Date): Promise<OpenSession[]> => {
    const rows = await db.query<SessionRow>(
      sql`select id, created_at, last_used_at, expires_at, user_agent, address from auth.sessions
          where user_id = ${userId} and revoked_at is null and expires_at > ${at}
          order by id desc limit ${MAX_LISTED}`,
    );
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      expiresAt: row.expires_at,
      userAgent: row.user_agent,
      address: row.address,
    }));
  },

  /** Forgets what can no longer be presented; used tokens go with their expiry, not before. */
  forgetExpired: async (db: Queryable, at: Date): Promise<void> => {
    await db.query(sql`delete from auth.refresh_tokens where expires_at <= ${at}`);
    await db.query(sql`delete from auth.sessions where expires_at <= ${at}`);
  },
} as const;
