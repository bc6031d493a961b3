import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createServiceAuthenticator } from './service-secrets.ts';

const authenticate = createServiceAuthenticator({
  gateway: 'a-secret-of-the-gateway',
  alert: 'a-secret-of-the-alerts',
});

test('a service is known by its own secret only', () => {
  expect(authenticate('gateway', 'a-secret-of-the-gateway')).toBe('gateway');
  expect(authenticate('gateway', 'a-secret-of-the-alerts')).toBeUndefined();
  expect(authenticate('gateway', '')).toBeUndefined();
});

test('a service without a secret, and a name that is no service, are nobody', () => {
  expect(authenticate('intel', 'a-secret-of-the-gateway')).toBeUndefined();
  expect(authenticate('constructor', 'a-secret-of-the-gateway')).toBeUndefined();
});

test('a secret that is kept as its hash is shown by the secret, never by the hash', () => {
  const hash = createHash('sha256').update('a-secret-of-the-gateway').digest('hex');
  const hashed = createServiceAuthenticator({ gateway: `sha256:${hash}` });
  expect(hashed('gateway', 'a-secret-of-the-gateway')).toBe('gateway');
  expect(hashed('gateway', `sha256:${hash}`)).toBeUndefined();
});
