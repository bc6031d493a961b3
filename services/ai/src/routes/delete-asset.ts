import { DeleteAsset } from '@soc/contracts/ai/asset';
import { notFound, route } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';

export const deleteAssetRoute = ({ db, assets }: Pick<AiDeps, 'db' | 'assets'>) =>
  route(DeleteAsset, async ({ params, principal }) => {
    const isDeleted = await assets.delete(db.write, principal.tenantId, params.id);
    if (!isDeleted) throw notFound('ai.asset_not_found');
    return undefined;
  });
