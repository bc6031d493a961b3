import { ListRetention } from '@soc/contracts/storage/retention';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { retentionRepository } from '../retention/retention-repository.ts';

export const listRetentionRoute = ({ db }: Pick<StorageDeps, 'db'>) =>
  route(ListRetention, async ({ principal, consistencyToken }) => ({
    items: [...(await retentionRepository.list(db.readYourWrites(consistencyToken), principal.tenantId))],
  }));
