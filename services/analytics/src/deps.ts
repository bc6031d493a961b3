import type { DbCluster } from '@soc/db-cluster';
import type { Platform, Worker } from '@soc/service-kit';
import { createAlertFactRepository } from './alert-fact-repository.ts';
import type { AnalyticsConfig } from './config.ts';
import { createFactRepository } from './fact-repository.ts';
import { createFigureRepository } from './figure-repository.ts';
import { createSituationRepository } from './situation-repository.ts';
import { createSituationWatch } from './situation.ts';
import { createTopRepository } from './top-repository.ts';

export interface AnalyticsDeps {
  readonly db: DbCluster;
  readonly now: () => Date;
  readonly alertFacts: ReturnType<typeof createAlertFactRepository>;
  readonly facts: ReturnType<typeof createFactRepository>;
  readonly figures: ReturnType<typeof createFigureRepository>;
  readonly top: ReturnType<typeof createTopRepository>;
  readonly situation: Worker;
}

export function createAnalyticsDeps({ db, now, registry, log, config }: Platform<AnalyticsConfig>): AnalyticsDeps {
  return {
    db,
    now,
    alertFacts: createAlertFactRepository(),
    facts: createFactRepository(),
    figures: createFigureRepository(),
    top: createTopRepository(),
    situation: createSituationWatch({
      db,
      repository: createSituationRepository(),
      registry,
      now,
      log,
      everyMs: config.ANALYTICS_SITUATION_EVERY_S * 1_000,
    }),
  };
}
