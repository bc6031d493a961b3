import { type Channel, ReplaceChannel } from '@soc/contracts/notification/channels';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { decideReplacement } from '../domain/channel-settings.ts';
import { checkChannelDestination } from './check-channel-destination.ts';
import { refuseTakenName } from './refuse-taken-name.ts';

export const replaceChannelRoute = ({
  db,
  now,
  channels,
  secretBox,
  destinations,
}: Pick<NotificationDeps, 'db' | 'now' | 'channels' | 'secretBox' | 'destinations'>) =>
  route(ReplaceChannel, ({ params, body, principal, log }) =>
    refuseTakenName(() =>
      db.tx(async (tx) => {
        const kept = await channels.findForUpdate(tx, principal.tenantId, params.id);
        if (!kept) throw notFound('notification.channel_not_found');
        const { id, tenantId, createdAt, hasSecret } = kept.channel;
        const decision = decideReplacement(kept.channel, body);
        if (!decision.ok && decision.refusal === 'kind_fixed') throw conflict('notification.kind_fixed');
        if (!decision.ok) throw unprocessable(`notification.${decision.refusal}`);
        checkChannelDestination(decision, destinations);
        const { target, secret } = decision;
        const channel: Channel = {
          id,
          tenantId,
          name: body.name,
          enabled: body.enabled,
          hasSecret: hasSecret || secret !== undefined,
          createdAt,
          updatedAt: now().toISOString(),
          ...target,
        };
        const sealedSecret = secret === undefined ? kept.sealedSecret : secretBox.seal(secret, id);
        await channels.update(tx, { channel, sealedSecret });
        log.info({ channelId: id }, 'channel replaced');
        return channel;
      }),
    ),
  );
