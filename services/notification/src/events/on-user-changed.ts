import { UserChanged } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import type { NotificationDeps } from '../deps.ts';

/** Keeps the directory of people who can be told. */
export const onUserChanged = ({ people }: Pick<NotificationDeps, 'people'>) =>
  subscription(UserChanged, async (user, { tx, event }) => {
    await people.save(tx, event.tenantid, user);
  });
