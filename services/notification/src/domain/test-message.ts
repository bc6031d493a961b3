import type { Channel } from '@soc/contracts/notification/channels';
import type { Message } from './message.ts';

/** What somebody who tries out a channel sends to it. */
export const testMessage = ({ id, name }: Pick<Channel, 'id' | 'name'>, askedBy: string, at: Date): Message => ({
  type: 'channel.tested',
  subject: id,
  title: `Test of the channel ${name}`,
  severity: null,
  occurredAt: at.toISOString(),
  lines: [{ label: 'Asked for by', value: askedBy }],
  data: { channelId: id, name, askedBy },
});
