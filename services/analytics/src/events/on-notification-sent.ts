import { NotificationSent } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';

export const onNotificationSent = ({ facts }: Pick<AnalyticsDeps, 'facts'>) =>
  subscription(NotificationSent, async ({ deliveryId, outcome, endedAt }, { tx, event }) => {
    await facts.saveDelivery(tx, { tenantId: event.tenantid, deliveryId, outcome, endedAt });
  });
