import { CreateAsset } from '@soc/contracts/ai/asset';
import { conflict, route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';
import { canonicalPattern } from '../domain/asset-pattern.ts';

export const createAssetRoute = ({ db, assets, now }: Pick<AiDeps, 'db' | 'assets' | 'now'>) =>
  route(CreateAsset, async ({ body, principal }) => {
    const pattern = canonicalPattern(body.type, body.pattern);
    if (pattern === undefined) throw unprocessable('ai.asset_pattern_invalid', `no pattern of ${body.type}s`);
    const at = now();
    const asset = {
      id: uuidv7(at.getTime()),
      tenantId: principal.tenantId,
      type: body.type,
      pattern,
      value: body.value,
      name: body.name ?? pattern,
      createdAt: at.toISOString(),
      updatedAt: at.toISOString(),
    };
    if (!(await assets.insert(db.write, asset))) throw conflict('ai.asset_exists', `${pattern} is registered already`);
    return asset;
  });
