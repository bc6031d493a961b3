import type { Alert } from '@soc/contracts';
import { entitiesOf, type Entity } from '../entity.ts';
import { isBoilerplate } from './boilerplate.ts';
import { isAsset, mayBeHub } from './weight.ts';

/** Assets up to which a shared entity says all it can: the few machines that one person, or one intruder, has to do with. */
const RARE_ASSETS = 5;

/** Pairs remembered of one alert. */
const MOST_PAIRS = 100;

/**
 * How much of its weight an entity keeps that was seen with so many assets: all of it up to five, none beyond `hubAssets`, in
 * between by the logarithm. So a proxy, a domain controller or a common program ties nothing together by itself.
 */
export function rarityOf(assets: number, hubAssets: number): number {
  if (assets <= RARE_ASSETS) return 1;
  if (assets > hubAssets) return 0;
  return 1 - Math.log(assets / RARE_ASSETS) / Math.log((hubAssets + 1) / RARE_ASSETS);
}

/** Whether it has to be found out how common an entity is. */
export const isMeasured = (entity: Entity): boolean => mayBeHub(entity) && !isBoilerplate(entity.type, entity.value);

/** With which assets the entities of an alert were seen that may be common. */
export function pairsOf(
  alert: Pick<Alert, 'tenantId' | 'observables'>,
): readonly { readonly entity: string; readonly asset: string }[] {
  const entities = entitiesOf(alert);
  const assets = entities.filter((entity) => isAsset(entity) && !isBoilerplate(entity.type, entity.value));
  return entities
    .filter(isMeasured)
    .flatMap(({ key }) =>
      assets.filter((asset) => asset.key !== key).map((asset) => ({ entity: key, asset: asset.key })),
    )
    .slice(0, MOST_PAIRS);
}
