import { expect, test } from 'vitest';
import { createStatementBook, labelOf } from './statement.ts';

test('a statement is named by its leading comment, or by its verb and first table', () => {
  const names = {
    '/* alert.list */ select id from alert.alerts': 'alert.list',
    'select id from alert.alerts where id = $1': 'select alert.alerts',
    '\n  insert into "alert"."notes" (id) values ($1)': 'insert alert.notes',
    'update alert.alerts set status = $1': 'update alert.alerts',
    'delete from only alert.alerts': 'delete alert.alerts',
    'with due as (select id from a.b) delete from c.d using due': 'delete a.b',
    'select 1': 'select',
    '': 'statement',
  };
  for (const [text, name] of Object.entries(names)) expect([text, labelOf(text)]).toEqual([text, name]);
});

test('the same text is prepared once under one name, and different texts never share one', () => {
  const knownOf = createStatementBook();
  const [one, other] = [knownOf({ text: 'select 1', values: [] }), knownOf({ text: 'select 2', values: [] })];
  expect(knownOf({ text: 'select 1', values: [7] })).toBe(one);
  expect(one.preparedName).not.toBe(other.preparedName);
});

test('texts beyond the bound are neither prepared nor named one by one', () => {
  const knownOf = createStatementBook();
  for (let index = 0; index < 500; index += 1) knownOf({ text: `select ${index}`, values: [] });
  const beyond = knownOf({ text: 'select 500', values: [] });
  expect(beyond).toEqual({ text: 'select 500', preparedName: undefined, label: 'other' });
});
