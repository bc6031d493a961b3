import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entityOf } from './entity.ts';
import { countSightings, seenBefore, type Sighting, type SightingCount } from './sightings.ts';

const sighting = (tenantId: string, ...hosts: string[]): Sighting => ({
  tenantId,
  entities: hosts.map((value) => entityOf({ type: 'host', value })),
});

it('counts what was before, and what stands earlier in the batch', () => {
  const batch = [sighting('a', 'x', 'y'), sighting('a', 'x'), sighting('b', 'x')];
  const before = [{ tenantId: 'a', entity: entityOf({ type: 'host', value: 'x' }).key, alerts: 5 }];
  expect(seenBefore(batch, before)).toEqual([[5, 0], [6], [0]]);
});

const alerts = fc.array(
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.uniqueArray(fc.constantFrom('u', 'v', 'w', 'x')))
    .map(([tenantId, hosts]) => sighting(tenantId, ...hosts)),
);

/** Counts as the table does: what is there, plus what is added. */
const add = (known: readonly SightingCount[], added: readonly SightingCount[]): readonly SightingCount[] => {
  const sum = (one: SightingCount): number =>
    known.find(({ tenantId, entity }) => tenantId === one.tenantId && entity === one.entity)?.alerts ?? 0;
  const untouched = known.filter(
    (one) => !added.some(({ tenantId, entity }) => tenantId === one.tenantId && entity === one.entity),
  );
  return [...untouched, ...added.map((one) => ({ ...one, alerts: one.alerts + sum(one) }))];
};

it('gives the same whether alerts come alone, in two batches or in one', () => {
  fc.assert(
    fc.property(alerts, fc.nat(20), (given, cut) => {
      const [first, second] = [given.slice(0, cut), given.slice(cut)];
      const inTwo = [...seenBefore(first, []), ...seenBefore(second, countSightings(first))];
      expect(inTwo).toEqual(seenBefore(given, []));
      const known = (list: readonly SightingCount[]) => new Set(list.map((one) => JSON.stringify(one)));
      expect(known(add(countSightings(first), countSightings(second)))).toEqual(known(countSightings(given)));
    }),
  );
});
