import { UpdateAsset } from '@soc/contracts/ai/asset';
import { notFound, route } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';

export const updateAssetRoute = ({ db, assets, now }: Pick<AiDeps, 'db' | 'assets' | 'now'>) =>
  route(UpdateAsset, async ({ params, body, principal }) => {
    const change = { value: body.value, name: body.name, updatedAt: now().toISOString() };
    const asset = await assets.update(db.write, principal.tenantId, params.id, change);
    if (!asset) throw notFound('ai.asset_not_found');
    return asset;
  });
