import type { Platform } from '@soc/service-kit';
import { alertRepository } from './alert-repository.ts';
import { analysisRepository } from './analysis-repository.ts';
import { assetMatchRepository } from './asset-match-repository.ts';
import { assetRepository } from './asset-repository.ts';
import { feedbackRepository } from './feedback-repository.ts';
import { createGatherFacts } from './gather-facts.ts';
import { outcomeRepository } from './outcome-repository.ts';
import { createReweigh } from './reweigh.ts';
import { sightingRepository } from './sighting-repository.ts';
import { threatRepository } from './threat-repository.ts';
import { createTriage } from './triage.ts';

/** Everything the ai service is made of. */
export function createAiDeps({ db, now }: Pick<Platform<unknown>, 'db' | 'now'>) {
  const repositories = {
    alerts: alertRepository,
    analyses: analysisRepository,
    assets: assetRepository,
    assetMatches: assetMatchRepository,
    feedback: feedbackRepository,
    outcomes: outcomeRepository,
    sightings: sightingRepository,
    threats: threatRepository,
  };
  const gatherFacts = createGatherFacts(repositories);
  return {
    db,
    now,
    ...repositories,
    gatherFacts,
    triage: createTriage({ ...repositories, gatherFacts }),
    reweigh: createReweigh(repositories),
  };
}

export type AiDeps = ReturnType<typeof createAiDeps>;
