import type { NotificationRule } from '@soc/contracts/notification/rules';
import type { Tx } from '@soc/db-cluster';
import { unprocessable } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';

/** Throws the 422 for a channel that the tenant does not have. Those it has stay until the transaction ends. */
export async function checkRuleChannels(
  tx: Tx,
  channels: NotificationDeps['channels'],
  { tenantId, channelIds }: Pick<NotificationRule, 'tenantId' | 'channelIds'>,
): Promise<void> {
  const known = await channels.countForShare(tx, tenantId, channelIds);
  if (known < channelIds.length) {
    throw unprocessable('notification.unknown_channel', 'channelIds names no channel of yours');
  }
}
