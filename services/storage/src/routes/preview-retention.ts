import { PreviewRetention } from '@soc/contracts/storage/retention';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { keptSince } from '../domain/retention.ts';
import { evidencePurgeRepository } from '../retention/evidence-purge-repository.ts';
import { purgeDocuments } from '../retention/purge-documents.ts';
import { measured } from './query-metric.ts';
import { searched } from './search-scope.ts';

export const previewRetentionRoute = (deps: Pick<StorageDeps, 'db' | 'now' | 'searchIndex' | 'metrics'>) =>
  route(PreviewRetention, async ({ params: { kind }, query, principal: { tenantId }, consistencyToken, inTime }) => {
    const now = deps.now();
    const before = keptSince(query.keepDays, now).toISOString();
    const read = inTime(deps.db.readYourWrites(consistencyToken));
    if (kind === 'evidence') {
      return { kind, before, ...(await evidencePurgeRepository.count(read, { tenantId, before, now })) };
    }
    const purge = { tenantId, kind, before, dryRun: true };
    const { count } = await searched(measured(purgeDocuments(deps, purge, read)));
    return { kind, before, count, heldCount: 0, sizeBytes: 0 };
  });
