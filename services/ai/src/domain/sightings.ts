import type { Entity } from './entity.ts';

/** The entities of one alert. */
export interface Sighting {
  readonly tenantId: string;
  readonly entities: readonly Entity[];
}

/** In how many alerts of a tenant an entity was. */
export interface SightingCount {
  readonly tenantId: string;
  readonly entity: string;
  readonly alerts: number;
}

const countKey = (tenantId: string, entity: string): string => `${tenantId} ${entity}`;

/** How many of these alerts each entity is in, in a stable order. */
export function countSightings(sightings: readonly Sighting[]): readonly SightingCount[] {
  const counts = new Map<string, SightingCount>();
  for (const { tenantId, entities } of sightings) {
    for (const { key } of entities) {
      const known = counts.get(countKey(tenantId, key))?.alerts ?? 0;
      counts.set(countKey(tenantId, key), { tenantId, entity: key, alerts: known + 1 });
    }
  }
  return [...counts.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/**
 * For each alert and each of its entities, in how many alerts before that one it was: those counted in `before`, and those
 * that stand earlier in the list. So the answer does not depend on how alerts fall into batches.
 */
export function seenBefore(
  sightings: readonly Sighting[],
  before: readonly SightingCount[],
): readonly (readonly number[])[] {
  const counts = new Map(before.map(({ tenantId, entity, alerts }) => [countKey(tenantId, entity), alerts]));
  return sightings.map(({ tenantId, entities }) =>
    entities.map(({ key }) => {
      const seen = counts.get(countKey(tenantId, key)) ?? 0;
      counts.set(countKey(tenantId, key), seen + 1);
      return seen;
    }),
  );
}
