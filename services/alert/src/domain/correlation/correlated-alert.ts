import type { Alert } from '@soc/contracts';
import { entitiesOf, type Entity } from '../entity.ts';
import { weightOf } from './weight.ts';

/** An alert as correlation looks at it. */
export interface CorrelatedAlert {
  readonly alert: Alert;
  readonly occurredAtMs: number;
  /** The entities that may link it to others, the strongest first. */
  readonly links: readonly WeighedEntity[];
}

export interface WeighedEntity extends Entity {
  readonly weight: number;
}

export function toCorrelated(alert: Alert): CorrelatedAlert {
  const links = entitiesOf(alert)
    .map((entity) => ({ ...entity, weight: weightOf(entity) }))
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
