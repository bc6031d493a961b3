import { UserChanged } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { Origin, Outbox } from '@soc/messaging';
import type { Account } from './domain/account.ts';

/** Tells the fleet that an account was made or changed, in the transaction that did it. */
export const publishUserChanged = (
  outbox: Outbox,
  tx: Tx,
  account: Account,
  change: 'created' | 'updated' | 'deactivated',
  origin: Origin,
): Promise<void> =>
  outbox.publish(
    tx,
    UserChanged,
    {
      userId: account.id,
      email: account.email,
      displayName: account.displayName,
      roles: [...account.roles],
      active: account.active,
      change,
      changedAt: account.updatedAt,
      version: account.version,
    },
    { ...origin, subject: account.id },
  );
