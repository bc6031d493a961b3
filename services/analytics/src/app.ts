import { defineService } from '@soc/service-kit';
import { AnalyticsConfig } from './config.ts';
import { createAnalyticsDeps } from './deps.ts';
import { onAlertCreated } from './events/on-alert-created.ts';
import { onAlertUpdated } from './events/on-alert-updated.ts';
import { onEvidenceStored } from './events/on-evidence-stored.ts';
import { onIncidentCreated } from './events/on-incident-created.ts';
import { onIncidentUpdated } from './events/on-incident-updated.ts';
import { onNotificationSent } from './events/on-notification-sent.ts';
import { onResponseCompleted } from './events/on-response-completed.ts';
import { getKpisRoute } from './routes/get-kpis.ts';
import { getOverviewRoute } from './routes/get-overview.ts';
import { getTimeseriesRoute } from './routes/get-timeseries.ts';
import { getTopRoute } from './routes/get-top.ts';

export const analyticsService = defineService({
  name: 'analytics',
  config: AnalyticsConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: (platform) => {
    const deps = createAnalyticsDeps(platform);
    return {
      routes: [getOverviewRoute(deps), getKpisRoute(deps), getTimeseriesRoute(deps), getTopRoute(deps)],
      subscriptions: [
        onAlertCreated(deps),
        onAlertUpdated(deps),
        onIncidentCreated(deps),
        onIncidentUpdated(deps),
        onResponseCompleted(deps),
        onNotificationSent(deps),
        onEvidenceStored(deps),
      ],
      workers: [deps.situation],
    };
  },
});
