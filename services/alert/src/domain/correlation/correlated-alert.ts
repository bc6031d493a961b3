import type { Alert } from '@soc/contracts';
import { entitiesOf, type Entity } from '../entity.ts';
import { rarityOf } from './rarity.ts';
import { mayBeHub, weightOf } from './weight.ts';

/** An alert as correlation looks at it. */
export interface CorrelatedAlert {
  readonly alert: Alert;
  readonly occurredAtMs: number;
  /** The entities that may link it to others, the strongest first. */
  readonly links: readonly WeighedEntity[];
}

export interface WeighedEntity extends Entity {
  readonly weight: number;
  /** With how many assets it was seen lately, where that was measured. */
  readonly assets: number;
}

/** With how many assets entities were seen lately, and from how many on one of them is a hub. */
export interface Commonness {
  readonly assetsOf: (key: string) => number;
  readonly hubAssets: number;
}

const UNKNOWN: Commonness = { assetsOf: () => 0, hubAssets: Infinity };

export function toCorrelated(alert: Alert, { assetsOf, hubAssets }: Commonness = UNKNOWN): CorrelatedAlert {
  const links = entitiesOf(alert)
    .map((entity) => {
      const assets = mayBeHub(entity) ? assetsOf(entity.key) : 0;
      return { ...entity, assets, weight: weightOf(entity) * rarityOf(assets, hubAssets) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  return { alert, occurredAtMs: Date.parse(alert.occurredAt), links };
}

/** The order of events: by time, then by id. */
export const byEventTime = (a: CorrelatedAlert, b: CorrelatedAlert): number =>
  a.occurredAtMs - b.occurredAtMs || (a.alert.id < b.alert.id ? -1 : 1);

/** The linking entities two alerts share, the strongest first. */
export const sharedLinks = (a: CorrelatedAlert, b: CorrelatedAlert): readonly WeighedEntity[] =>
  a.links.filter(({ key }) => b.links.some((other) => other.key === key));

export const weightOfAll = (links: readonly WeighedEntity[]): number =>
  links.reduce((sum, { weight }) => sum + weight, 0);
