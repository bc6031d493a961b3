import { expect, test } from 'vitest';
import { identifier, joinSql, json, sql } from './sql.ts';

test('values are bound, never spliced', () => {
  const name = `'; drop table alerts; --`;
  expect(sql`select 1 where name = ${name} and id = ${7}`).toMatchObject({
    text: 'select 1 where name = $1 and id = $2',
    values: [name, 7],
  });
});

test('fragments nest and their parameters are numbered through', () => {
  const open = sql`status = ${'open'}`;
  const statement = sql`select id from ${identifier('alert')}.alerts where ${open} and (${joinSql([sql`a = ${1}`, sql`b = ${2}`], ' or ')}) limit ${3}`;
  expect(statement.text).toBe('select id from "alert".alerts where status = $1 and (a = $2 or b = $3) limit $4');
  expect(statement.values).toEqual(['open', 1, 2, 3]);
});

test('joining nothing gives nothing', () => {
  expect(sql`select 1 ${joinSql([], ', ')}`).toMatchObject({ text: 'select 1 ', values: [] });
});

test('an identifier from outside the house style is refused', () => {
  expect(() => identifier('alerts"; drop')).toThrow('not an SQL identifier');
});

test('json keeps arrays as JSON, not as PostgreSQL arrays', () => {
  expect(sql`${json([1, { a: 2 }])}`.values).toEqual(['[1,{"a":2}]']);
});

test('json holds nothing that jsonb refuses, and leaves backslashes as they are', () => {
  const cut = '😀'.slice(0, 1);
  expect(JSON.parse(json({ [`k${cut}`]: `a\0b${cut}`, path: 'C:\\ud83d\\u0000 "x" 😀\n' }))).toEqual({
    'k\ufffd': 'a\ufffdb\ufffd',
    path: 'C:\\ud83d\\u0000 "x" 😀\n',
  });
});
