import { defineService } from '@soc/service-kit';
import { IntelConfig } from './config.ts';
import { createIntelDeps } from './deps.ts';
import { onAlertCreated } from './events/on-alert-created.ts';
import { createIndicatorRoute } from './routes/create-indicator.ts';
import { createWarninglistRoute } from './routes/create-warninglist.ts';
import { deleteIndicatorRoute } from './routes/delete-indicator.ts';
import { deleteWarninglistRoute } from './routes/delete-warninglist.ts';
import { extractObservablesRoute } from './routes/extract-observables.ts';
import { getEnrichmentRoute } from './routes/get-enrichment.ts';
import { getIndicatorRoute } from './routes/get-indicator.ts';
import { importStixRoute } from './routes/import-stix.ts';
import { listIndicatorsRoute } from './routes/list-indicators.ts';
import { listWarninglistsRoute } from './routes/list-warninglists.ts';
import { matchObservablesRoute } from './routes/match-observables.ts';
import { updateIndicatorRoute } from './routes/update-indicator.ts';

/** Indicators, matching, warninglists, enrichment. */
export const intelService = defineService({
  name: 'intel',
  config: IntelConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: (platform) => {
    const deps = createIntelDeps(platform);
    return {
      routes: [
        createIndicatorRoute(deps),
        listIndicatorsRoute(deps),
        getIndicatorRoute(deps),
        updateIndicatorRoute(deps),
        deleteIndicatorRoute(deps),
        importStixRoute(deps),
        matchObservablesRoute(deps),
        extractObservablesRoute(),
        getEnrichmentRoute(deps),
        createWarninglistRoute(deps),
        listWarninglistsRoute(deps),
        deleteWarninglistRoute(deps),
      ],
      subscriptions: [onAlertCreated(deps)],
    };
  },
});
