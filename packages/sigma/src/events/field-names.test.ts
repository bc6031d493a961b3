import { expect, it } from 'vitest';
import { fieldNames, FieldNames } from './field-names.ts';

it('a name is dotted and canonical, and made once', () => {
  const names = new FieldNames();
  const met = () => names.under(names.under(names.root, 'Outer One'), 'In ner');
  expect(met().dotted).toBe('outerone.inner');
  expect(met()).toBe(met());
});

it('spellings of one name have one number', () => {
  const names = new FieldNames();
  const numbers = ['Threat Name', 'ThreatName', 'threatname'].map((key) => names.under(names.root, key).id);
  expect([new Set(numbers), names.named('threatname').id]).toEqual([new Set([0]), 0]);
  expect(names.numbered[0]?.dotted).toBe('threatname');
});

it('a flood of made-up names neither stays in memory nor ends the remembering', () => {
  for (let flood = 0; flood < 120_000; flood += 1) fieldNames().under(fieldNames().root, `flood ${flood}`);
  expect(fieldNames().root.under.size).toBeLessThanOrEqual(50_000);
  expect(fieldNames().numbered.length).toBeLessThanOrEqual(50_000);
  const after = () => fieldNames().under(fieldNames().root, 'after');
  expect(after()).toBe(after());
});

it('of the names of one event no more are remembered than there is room for', () => {
  const names = new FieldNames();
  for (let flood = 0; flood < 60_000; flood += 1) names.named(`flood ${flood}`);
  expect([names.numbered.length, names.isFull, names.named('more').id]).toEqual([50_000, true, -1]);
});

it.each(['x'.repeat(201), `x${' '.repeat(200)}`])('a name longer than any field is not remembered: %j', (long) => {
  const names = new FieldNames();
  expect(names.under(names.root, long)).not.toBe(names.under(names.root, long));
});
