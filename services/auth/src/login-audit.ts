import type { Tx } from '@soc/db-cluster';
import type { RouteContext } from '@soc/service-kit';
import type { AuthDeps } from './deps.ts';
import type { Account } from './domain/account.ts';

/** What the audit trail keeps of one attempt to log in. */
export interface LoginAudit {
  /** In the transaction that opens the session. */
  readonly opened: (tx: Tx, account: Account) => Promise<void>;
  /** Nobody waits for it, so that it takes no time that could be told apart. `account` is that of the address, if there is one. */
  readonly refused: (reason: string, account?: Account) => void;
}

const NOBODYS_TENANT = 'default';

/** Tells who tried by the address they gave, and by the account it belongs to where there is one. */
export function createLoginAudit(
  { audit }: Pick<AuthDeps, 'audit'>,
  { email, request }: { readonly email: string; readonly request: RouteContext<never>['request'] },
): LoginAudit {
  const entry = (account: Account | undefined) => ({
    action: 'login.attempt',
    tenantId: account?.tenantId ?? NOBODYS_TENANT,
    target: { type: 'user', ...(account && { id: account.id }) },
    request,
  });
  return {
    opened: (tx, account) =>
      audit.record(tx, {
        ...entry(account),
        outcome: 'success',
        actor: { kind: 'user', id: account.id, name: account.displayName },
        details: { email, secondFactor: account.mfaEnabled },
      }),
    refused: (reason, account) => audit.refuse({ ...entry(account), outcome: 'denied', reason, details: { email } }),
  };
}
