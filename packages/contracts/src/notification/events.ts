import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp, Uuid } from '../primitives.ts';
import { ChannelKind } from './channels.ts';

export const NotificationSent = event({
  type: 'notification.sent',
  version: 1,
  owner: 'notification',
  summary: 'A delivery reached its channel, or was given up.',
  payload: z.object({
    deliveryId: Uuid,
    channelId: Uuid,
    channelKind: ChannelKind,
    aboutType: z.string(),
    aboutSubject: z.string(),
    outcome: z.enum(['delivered', 'failed']),
    attempts: z.number().int().min(1),
    endedAt: Timestamp,
  }),
});
