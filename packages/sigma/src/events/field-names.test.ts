import { expect, it } from 'vitest';
import { nameUnder, rootName } from './field-names.ts';

it('a name is dotted and canonical, and made once', () => {
  const name = nameUnder(nameUnder(rootName, 'Outer One'), 'In ner');
  expect(name.dotted).toBe('outerone.inner');
  expect(nameUnder(nameUnder(rootName, 'Outer One'), 'In ner')).toBe(name);
});

it('a flood of made-up names neither stays in memory nor ends the remembering', () => {
  for (let flood = 0; flood < 120_000; flood += 1) nameUnder(rootName, `flood ${flood}`);
  expect(rootName.under.size).toBeLessThanOrEqual(50_000);
  expect(nameUnder(rootName, 'after')).toBe(nameUnder(rootName, 'after'));
});

it.each(['x'.repeat(201), `x${' '.repeat(200)}`])('a name longer than any field is not remembered: %j', (long) => {
  expect(nameUnder(rootName, long)).not.toBe(nameUnder(rootName, long));
});
