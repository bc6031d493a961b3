import { GetChannel } from '@soc/contracts/notification/channels';
import { notFound, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';

export const getChannelRoute = ({ db, channels }: Pick<NotificationDeps, 'db' | 'channels'>) =>
  route(GetChannel, async ({ params, principal, consistencyToken }) => {
    const kept = await channels.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!kept) throw notFound('notification.channel_not_found');
    return kept.channel;
  });
