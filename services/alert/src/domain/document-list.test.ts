import { expect, test } from 'vitest';
import { documentsOfText } from './document-list.ts';

const read = (text: string) => {
  const list = documentsOfText(text, (json): unknown => JSON.parse(json));
  return Array.from({ length: list.length }, (_, index) => {
    const document = list.read(index);
    return document.ok ? [document.value, document.text] : 'bad';
  });
};

test.each([
  [
    'an array',
    '[1, {"a":  2}]',
    [
      [1, '1'],
      [{ a: 2 }, '{"a":  2}'],
    ],
  ],
  ['one document over several lines', '{\n"a": 1\n}', [[{ a: 1 }, '{\n"a": 1\n}']]],
  [
    'lines',
    '{"a": 1}\n\n  {"a": 2}  \r\n',
    [
      [{ a: 1 }, '{"a": 1}'],
      [{ a: 2 }, '{"a": 2}'],
    ],
  ],
  ['lines of which one is bad', '1\n{"a\n2', [[1, '1'], 'bad', [2, '2']]],
  ['an array that is cut off', '[\n1', ['bad', [1, '1']]],
  ['an element too deep to be written', `[1,${'['.repeat(50_000)}${']'.repeat(50_000)}]`, [[1, '1'], 'bad']],
  ['nothing', ' \n ', []],
])('reads %s', (_, text, documents) => {
  expect(read(text)).toEqual(documents);
});
