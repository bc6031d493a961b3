import { expect, test } from 'vitest';
import { callerOf, rateClassOf } from './rate-rules.ts';

const ann = { tenantId: 'default', kind: 'user', subject: 'u1' };

test('guessing a secret is counted by address even when a token comes along', () => {
  expect(['login', 'createServiceToken', 'refresh', 'listAlerts', undefined].map(rateClassOf)).toEqual([
    'login',
    'login',
    'general',
    'general',
    'general',
  ]);
  expect(callerOf('login', ann, '203.0.113.7')).toBe('address:203.0.113.7');
});

test('other requests are counted by principal, wherever it comes from, and by address without one', () => {
  expect(callerOf('general', ann, '203.0.113.7')).toBe('default:user:u1');
  expect(callerOf('general', undefined, '203.0.113.7')).toBe('address:203.0.113.7');
});
