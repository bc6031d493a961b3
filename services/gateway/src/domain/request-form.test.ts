import { expect, test } from 'vitest';
import { formFaultOf, type RequestHead } from './request-form.ts';

const head = (changes: Partial<RequestHead>): RequestHead => ({
  httpVersion: '1.1',
  rawHeaders: ['Host', 'soc.example:8000'],
  headers: { host: 'soc.example:8000' },
  ...changes,
});

test('a request is sent on when it can be read in one way only', () => {
  expect(formFaultOf(head({}))).toBeUndefined();
  expect(formFaultOf(head({ httpVersion: '1.0', rawHeaders: [], headers: {} }))).toBeUndefined();
  expect(formFaultOf(head({ headers: { host: '[::1]:8000', 'transfer-encoding': 'Chunked' } }))).toBeUndefined();
});

test('a request that the next reader may take for another is not', () => {
  for (const changes of [
    { httpVersion: '0.9' },
    { httpVersion: '2.0' },
    { rawHeaders: ['Host', 'a', 'HOST', 'b'] },
    { headers: { host: 'a b' } },
    { headers: { host: 'a/b' } },
    { headers: { host: 'user@a' } },
    { headers: { host: 'a', 'transfer-encoding': 'gzip, chunked' } },
    { headers: { host: 'a', 'transfer-encoding': 'identity' } },
  ]) {
    expect([changes, formFaultOf(head(changes))]).toEqual([changes, expect.any(String)]);
  }
});
