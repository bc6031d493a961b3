import { RetryDelivery } from '@soc/contracts/notification/deliveries';
import { conflict, notFound, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';

export const retryDeliveryRoute = ({
  db,
  now,
  deliveries,
  deliveryWorker,
}: Pick<NotificationDeps, 'db' | 'now' | 'deliveries' | 'deliveryWorker'>) =>
  route(RetryDelivery, async ({ params, principal, log }) => {
    const reopened = await deliveries.reopen(db.write, principal.tenantId, params.id, now());
    if (reopened) {
      log.info({ deliveryId: params.id }, 'delivery tried again');
      deliveryWorker.wake();
      return reopened;
    }
    if (!(await deliveries.exists(db.write, principal.tenantId, params.id))) {
      throw notFound('notification.delivery_not_found');
    }
    throw conflict('notification.delivery_not_failed', 'only a failed delivery can be sent again');
  });
