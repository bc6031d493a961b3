import { parseConfig } from '@soc/service-kit';
import { expect, test } from 'vitest';
import { ResponseConfig } from './config.ts';

test('no request may go anywhere unless the operator says so', () => {
  expect(parseConfig(ResponseConfig, {}).RESPONSE_ALLOWED_HOSTS).toEqual([]);
});

test('hosts are read whatever their case and spacing', () => {
  const { RESPONSE_ALLOWED_HOSTS } = parseConfig(ResponseConfig, {
    RESPONSE_ALLOWED_HOSTS: ' EDR.example.com, 10.0.0.1:8443,*.corp.example,[::1]:80,',
  });
  expect(RESPONSE_ALLOWED_HOSTS).toEqual(['edr.example.com', '10.0.0.1:8443', '*.corp.example', '[::1]:80']);
});

test.each(['*', 'http://edr.example.com', 'edr.example.com/path', 'a b', '*.'])('%s is no host', (entry) => {
  expect(() => parseConfig(ResponseConfig, { RESPONSE_ALLOWED_HOSTS: entry })).toThrow('RESPONSE_ALLOWED_HOSTS');
});
