import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FieldValue } from '../event-view.ts';
import { type FieldContent, FieldTable } from './field-table.ts';

const names = ['a', 'b', 'c', 'process.pid', 'x'.repeat(300), 'y'.repeat(300)];
const step = fc.record({
  table: fc.nat(2),
  name: fc.constantFrom(...names),
  value: fc.oneof(fc.constantFrom<FieldValue>('x', 'X', 1, null), fc.string()),
  isPut: fc.boolean(),
});

/** What a Map would hold. */
function noted(
  map: Map<string, FieldContent>,
  { name, value, isPut }: { name: string; value: FieldValue; isPut: boolean },
) {
  const there = map.get(name);
  const list = there === undefined ? [] : [there].flat();
  if (there === undefined || isPut) map.set(name, value);
  else if (!list.includes(value)) map.set(name, [...list, value]);
}

it('tables that are written in turns hold each what was put into it, in its order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const tables = [new FieldTable(), new FieldTable(), new FieldTable()];
      const maps = tables.map(() => new Map<string, FieldContent>());
      for (const one of steps) {
        const [table, map] = [tables[one.table]!, maps[one.table]!];
        const name = table.known.named(one.name);
        if (one.isPut) table.put(name, one.value);
        else table.add(name, one.value);
        noted(map, one);
        expect(table.get(one.name)).toEqual(map.get(one.name));
      }
      for (const [index, table] of tables.entries()) {
        expect([...table]).toEqual([...(maps[index] ?? [])]);
        expect([...table.keys()]).toEqual([...(maps[index]?.keys() ?? [])]);
        expect([...table.values()]).toEqual([...(maps[index]?.values() ?? [])]);
        for (const name of [...names, 'never']) expect(table.get(name)).toEqual(maps[index]?.get(name));
      }
    }),
    { numRuns: 300 },
  );
});

it('an event of more fields than names are remembered keeps them all, and the next one is none the worse', () => {
  const flood = new FieldTable();
  for (let field = 0; field < 60_000; field += 1) flood.add(flood.known.named(`flood ${field}`), field);
  const next = new FieldTable();
  next.add(next.known.named('flood 59999'), 'next');
  expect([flood.size, flood.get('flood 1'), flood.get('flood 59999'), next.get('flood 59999'), next.has('a')]).toEqual([
    60_000,
    1,
    59_999,
    'next',
    false,
  ]);
});
