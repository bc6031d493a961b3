import { type SendOutcome, TestChannel } from '@soc/contracts/notification/channels';
import { notFound, route, uuidv7 } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { testMessage } from '../domain/test-message.ts';

export const testChannelRoute = ({
  db,
  now,
  channels,
  sender,
}: Pick<NotificationDeps, 'db' | 'now' | 'channels' | 'sender'>) =>
  route(TestChannel, async ({ params, principal, consistencyToken, log }) => {
    const kept = await channels.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!kept) throw notFound('notification.channel_not_found');
    const { channel, sealedSecret } = kept;
    const startedAt = performance.now();
    const result = await sender.send(
      { channelId: channel.id, settings: channel, sealedSecret },
      { id: uuidv7(now().getTime()), message: testMessage(channel, principal.name, now()) },
    );
    log.info({ channelId: channel.id, ok: result.ok }, 'channel tested');
    const outcome: SendOutcome = {
      outcome: result.ok ? 'delivered' : 'failed',
      durationMs: Math.round(performance.now() - startedAt),
      error: result.ok ? null : result.reason,
    };
    return outcome;
  });
