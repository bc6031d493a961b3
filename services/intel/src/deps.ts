import type { Platform } from '@soc/service-kit';
import { enrichmentRepository } from './enrichment-repository.ts';
import { indicatorImportRepository } from './indicator-import-repository.ts';
import { indicatorRepository } from './indicator-repository.ts';
import { knowledgeRepository } from './knowledge-repository.ts';
import { createLookUp } from './look-up.ts';
import { warninglistRepository } from './warninglist-repository.ts';

/** Everything the intel service is made of. */
export const createIntelDeps = ({ db, now }: Pick<Platform<unknown>, 'db' | 'now'>) => ({
  db,
  now,
  indicators: indicatorRepository,
  imports: indicatorImportRepository,
  warninglists: warninglistRepository,
  enrichments: enrichmentRepository,
  lookUp: createLookUp({ knowledge: knowledgeRepository }),
});

export type IntelDeps = ReturnType<typeof createIntelDeps>;
