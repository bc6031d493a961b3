import { defineService } from '@soc/service-kit';
import { NotificationConfig } from './config.ts';
import { createNotificationDeps } from './deps.ts';
import { onAlertCreated } from './events/on-alert-created.ts';
import { onIncidentCreated } from './events/on-incident-created.ts';
import { onIncidentUpdated } from './events/on-incident-updated.ts';
import { onResponseCompleted } from './events/on-response-completed.ts';
import { onUserChanged } from './events/on-user-changed.ts';
import { createChannelRoute } from './routes/create-channel.ts';
import { createNotificationRuleRoute } from './routes/create-notification-rule.ts';
import { deleteChannelRoute } from './routes/delete-channel.ts';
import { deleteNotificationRuleRoute } from './routes/delete-notification-rule.ts';
import { getChannelRoute } from './routes/get-channel.ts';
import { getNotificationRuleRoute } from './routes/get-notification-rule.ts';
import { listChannelsRoute } from './routes/list-channels.ts';
import { listDeliveriesRoute } from './routes/list-deliveries.ts';
import { listNotificationRulesRoute } from './routes/list-notification-rules.ts';
import { listPeopleRoute } from './routes/list-people.ts';
import { replaceChannelRoute } from './routes/replace-channel.ts';
import { replaceNotificationRuleRoute } from './routes/replace-notification-rule.ts';
import { retryDeliveryRoute } from './routes/retry-delivery.ts';
import { streamNotificationsRoute } from './routes/stream-notifications.ts';
import { testChannelRoute } from './routes/test-channel.ts';

export const notificationService = defineService({
  name: 'notification',
  config: NotificationConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: (platform) => {
    const deps = createNotificationDeps(platform);
    return {
      routes: [
        listChannelsRoute(deps),
        createChannelRoute(deps),
        getChannelRoute(deps),
        replaceChannelRoute(deps),
        deleteChannelRoute(deps),
        testChannelRoute(deps),
        listNotificationRulesRoute(deps),
        createNotificationRuleRoute(deps),
        getNotificationRuleRoute(deps),
        replaceNotificationRuleRoute(deps),
        deleteNotificationRuleRoute(deps),
        listDeliveriesRoute(deps),
        retryDeliveryRoute(deps),
        listPeopleRoute(deps),
        streamNotificationsRoute(deps),
      ],
      subscriptions: [
        onAlertCreated(deps),
        onIncidentCreated(deps),
        onIncidentUpdated(deps),
        onResponseCompleted(deps),
        onUserChanged(deps),
      ],
      workers: deps.workers,
      // A stream ends only when it is told to; the server waits for its requests before anything else is stopped.
      extend: (app) => {
        app.addHook('preClose', (done) => {
          deps.liveHub.closeAll();
          done();
        });
      },
    };
  },
});
