import { defineService } from '@soc/service-kit';
import { AiConfig } from './config.ts';
import { createAiDeps } from './deps.ts';
import { onAlertCreated } from './events/on-alert-created.ts';
import { onAlertUpdated } from './events/on-alert-updated.ts';
import { onEnrichmentCompleted } from './events/on-enrichment-completed.ts';
import { analyzeAlertRoute } from './routes/analyze-alert.ts';
import { createAssetRoute } from './routes/create-asset.ts';
import { deleteAssetRoute } from './routes/delete-asset.ts';
import { getAnalysisRoute } from './routes/get-analysis.ts';
import { getAssetRoute } from './routes/get-asset.ts';
import { listAssetsRoute } from './routes/list-assets.ts';
import { listModelsRoute } from './routes/list-models.ts';
import { recordFeedbackRoute } from './routes/record-feedback.ts';
import { updateAssetRoute } from './routes/update-asset.ts';

/** Triage: scores, verdicts, techniques, explanations. */
export const aiService = defineService({
  name: 'ai',
  config: AiConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: (platform) => {
    const deps = createAiDeps(platform);
    return {
      routes: [
        analyzeAlertRoute(deps),
        getAnalysisRoute(deps),
        recordFeedbackRoute(deps),
        listModelsRoute(),
        createAssetRoute(deps),
        listAssetsRoute(deps),
        getAssetRoute(deps),
        updateAssetRoute(deps),
        deleteAssetRoute(deps),
      ],
      subscriptions: [onAlertCreated(deps), onEnrichmentCompleted(deps), onAlertUpdated(deps)],
    };
  },
});
