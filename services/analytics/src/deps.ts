import type { DbCluster } from '@soc/db-cluster';
import type { Platform } from '@soc/service-kit';
import { createAlertFactRepository } from './alert-fact-repository.ts';
import { createFactRepository } from './fact-repository.ts';
import { createFigureRepository } from './figure-repository.ts';
import { createTopRepository } from './top-repository.ts';

export interface AnalyticsDeps {
  readonly db: DbCluster;
  readonly now: () => Date;
  readonly alertFacts: ReturnType<typeof createAlertFactRepository>;
  readonly facts: ReturnType<typeof createFactRepository>;
  readonly figures: ReturnType<typeof createFigureRepository>;
  readonly top: ReturnType<typeof createTopRepository>;
}

export function createAnalyticsDeps({ db, now }: Platform<object>): AnalyticsDeps {
  return {
    db,
    now,
    alertFacts: createAlertFactRepository(),
    facts: createFactRepository(),
    figures: createFigureRepository(),
    top: createTopRepository(),
  };
}
