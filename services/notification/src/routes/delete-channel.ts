import { DeleteChannel } from '@soc/contracts/notification/channels';
import { conflict, notFound, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';

export const deleteChannelRoute = ({ db, channels }: Pick<NotificationDeps, 'db' | 'channels'>) =>
  route(DeleteChannel, ({ params, principal, log }) =>
    db.tx(async (tx) => {
      const kept = await channels.findForUpdate(tx, principal.tenantId, params.id);
      if (!kept) throw notFound('notification.channel_not_found');
      if (await channels.isInUse(tx, params.id)) throw conflict('notification.channel_in_use', 'a rule uses it');
      await channels.delete(tx, params.id);
      log.info({ channelId: params.id }, 'channel deleted');
      return undefined;
    }),
  );
