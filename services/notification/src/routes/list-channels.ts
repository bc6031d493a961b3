import { ListChannels } from '@soc/contracts/notification/channels';
import { pageOf, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { newestFirst, positionOf } from './newest-first.ts';

export const listChannelsRoute = ({ db, channels }: Pick<NotificationDeps, 'db' | 'channels'>) =>
  route(ListChannels, async ({ query, principal, consistencyToken }) => {
    const { limit, ...range } = newestFirst(query);
    const rows = await channels.list(db.readYourWrites(consistencyToken), { ...range, tenantId: principal.tenantId });
    return pageOf(rows, limit, positionOf);
  });
