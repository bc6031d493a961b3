import { createHash } from 'node:crypto';
import type { Observable, ObservableType } from '@soc/contracts';

/** Something an alert is about, counted and compared under its key. */
export interface Entity {
  readonly type: ObservableType;
  /** In lower case: the sources do not agree on any other. */
  readonly value: string;
  /** Of one length whatever the value, for the index: a digest in the shape of a UUID. */
  readonly key: string;
}

function keyOf(type: ObservableType, value: string): string {
  const hex = createHash('sha256').update(`${type} ${value}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** An observable as an entity; its role does not matter. */
export function entityOf({ type, value }: Pick<Observable, 'type' | 'value'>): Entity {
  const normal = value.trim().toLowerCase();
  return { type, value: normal, key: keyOf(type, normal) };
}

/** The entities of an alert, each once. */
export const entitiesOf = (observables: readonly Observable[]): readonly Entity[] => [
  ...new Map(observables.map(entityOf).map((entity) => [entity.key, entity])).values(),
];
