import { GetAsset } from '@soc/contracts/ai/asset';
import { notFound, route } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';

export const getAssetRoute = ({ db, assets }: Pick<AiDeps, 'db' | 'assets'>) =>
  route(GetAsset, async ({ params, principal, consistencyToken }) => {
    const asset = await assets.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!asset) throw notFound('ai.asset_not_found');
    return asset;
  });
