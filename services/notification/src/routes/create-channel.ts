import { CreateChannel } from '@soc/contracts/notification/channels';
import { route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { decideNewSettings } from '../domain/channel-settings.ts';
import { checkChannelDestination } from './check-channel-destination.ts';
import { refuseTakenName } from './refuse-taken-name.ts';

export const createChannelRoute = ({
  db,
  now,
  channels,
  secretBox,
  destinations,
}: Pick<NotificationDeps, 'db' | 'now' | 'channels' | 'secretBox' | 'destinations'>) =>
  route(CreateChannel, async ({ body, principal, log }) => {
    const decision = decideNewSettings(body);
    if (!decision.ok) throw unprocessable(`notification.${decision.refusal}`);
    checkChannelDestination(decision, destinations);
    const { target, secret } = decision;
    const id = uuidv7(now().getTime());
    const at = now().toISOString();
    const channel = {
      id,
      tenantId: principal.tenantId,
      name: body.name,
      enabled: body.enabled,
      hasSecret: secret !== undefined,
      createdAt: at,
      updatedAt: at,
      ...target,
    };
    const sealedSecret = secret === undefined ? null : secretBox.seal(secret, id);
    await refuseTakenName(() => channels.insert(db.write, { channel, sealedSecret }));
    log.info({ channelId: id, kind: channel.kind }, 'channel created');
    return channel;
  });
