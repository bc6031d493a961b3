import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';

const { escapeIdentifier, escapeLiteral } = pg;

/** For whom statements run. */
export interface TenantScope {
  readonly tenantId: string;
  /** Who asked, for the audit of the database: `user 0198…`. */
  readonly actor?: string;
  /** Which request it is a part of, for the same. */
  readonly correlationId?: string;
}

/** Follows the asynchronous calls of one request, which is what makes it right to be kept in the module. */
const scopes = new AsyncLocalStorage<TenantScope | undefined>();

/**
 * Runs `work` for one tenant: what it sends to the database, and whatever it calls sends, runs as the role of the tenants,
 * under row-level security, so that a statement that forgets to ask for the tenant meets its rows all the same and no others.
 * Without effect on a cluster that was opened without a `tenantRole`.
 */
export const inTenant = <T>(scope: TenantScope, work: () => T): T => scopes.run(scope, work);

/**
 * Runs `work` as the owner of the schema, which row-level security does not bind: what serves all tenants at once, or must look
 * across them to find out which it is. It is also what runs outside of any `inTenant`. Every use says why.
 */
export const asSystem = <T>(work: () => T): T => scopes.run(undefined, work);

/** What a session is set to, until it is changed. */
interface SessionOwner {
  readonly tenantId: string;
}

/** Sessions that follow the scope of whoever asks them. */
export interface TenantSessions {
  /** What has to be sent to a session before a single statement runs in it; undefined when it is as it should be. */
  readonly switchOf: (session: SessionOwner) => { readonly text: string; readonly tenantId: string } | undefined;
  /** What has to be sent with the `begin` of a transaction, until whose end it holds; may be nothing. */
  readonly beginOf: (session: SessionOwner) => readonly string[];
  /** Whether a statement may run in the session as it is. */
  readonly fits: (session: SessionOwner) => boolean;
}

export function createTenantSessions(tenantRole: string): TenantSessions {
  const role = escapeIdentifier(tenantRole);
  const wanted = (): string => scopes.getStore()?.tenantId ?? '';
  const become = (tenantId: string, local: '' | 'local '): readonly string[] => [
    `set ${local}role ${tenantId === '' ? 'none' : role}`,
    `set ${local}soc.tenant = ${escapeLiteral(tenantId)}`,
  ];
  return {
    switchOf: (session) => {
      const tenantId = wanted();
      return tenantId === session.tenantId ? undefined : { text: become(tenantId, '').join('; '), tenantId };
    },
    beginOf: (session) => {
      const { tenantId = '', actor, correlationId } = scopes.getStore() ?? {};
      return [
        ...(tenantId === session.tenantId ? [] : become(tenantId, 'local ')),
        ...(actor === undefined ? [] : [`set local soc.actor = ${escapeLiteral(actor)}`]),
        ...(correlationId === undefined ? [] : [`set local soc.correlation = ${escapeLiteral(correlationId)}`]),
      ];
    },
    fits: (session) => session.tenantId === wanted(),
  };
}
