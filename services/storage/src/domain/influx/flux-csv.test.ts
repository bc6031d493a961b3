import { expect, test } from 'vitest';
import { readFluxCsv } from './flux-csv.ts';

test('tables of different columns each have their header', () => {
  const text = ',result,table,_value\r\n,avg,0,1\r\n\r\n,result,table,a,_value\r\n,avg,1,"x,""y""\nz",2\r\n\r\n';
  expect(readFluxCsv(text).toArray()).toEqual([
    { '': '', result: 'avg', table: '0', _value: '1' },
    { '': '', result: 'avg', table: '1', a: 'x,"y"\nz', _value: '2' },
  ]);
});

test('an answer that breaks off says why', () => {
  expect(() => readFluxCsv('error,reference\r\nout of memory,\r\n').toArray()).toThrow('out of memory');
  expect(() => readFluxCsv(',a\r\n,"x').toArray()).toThrow('does not end');
});

test('no rows are no answer', () => {
  expect(readFluxCsv('\r\n').toArray()).toEqual([]);
});
