import { expect, test } from 'vitest';
import { exceeds, limitOf, permissionsOf } from './grant.ts';

const none = new Map();

test('several roles allow what any of them allows, built in or of the tenant', () => {
  expect(permissionsOf([], none).size).toBe(0);
  expect(permissionsOf(['viewer', 'service'], none).has('alerts:ingest')).toBe(true);
  expect(permissionsOf(['viewer', 'service'], none).has('users:write')).toBe(false);
  expect(permissionsOf(['admin'], none).has('tokens:exchange')).toBe(false);
  const custom = new Map([['hunter', ['intel:write' as const]]]);
  expect(permissionsOf(['service', 'hunter'], custom)).toEqual(
    new Set([...permissionsOf(['service'], none), 'intel:write']),
  );
});

test('a name that is no role, and one of every object, allow nothing', () => {
  expect(permissionsOf(['nobody', 'constructor', '__proto__'], none).size).toBe(0);
});

test('a tenant cannot change what a built-in role means', () => {
  const custom = new Map([['viewer', ['users:write' as const]]]);
  expect(permissionsOf(['viewer'], custom).has('users:write')).toBe(false);
});

test('only who holds all of it can give it', () => {
  const held = permissionsOf(['viewer'], none);
  expect(exceeds(new Set(['alerts:read']), held)).toBe(false);
  expect(exceeds(new Set(['alerts:read', 'users:write']), held)).toBe(true);
});

test.each([
  [{ mustChangePassword: false, mfaEnabled: false, roles: ['viewer'] }, undefined],
  [{ mustChangePassword: false, mfaEnabled: false, roles: ['viewer', 'admin'] }, 'mfa_enrolment'],
  [{ mustChangePassword: false, mfaEnabled: true, roles: ['admin'] }, undefined],
  [{ mustChangePassword: true, mfaEnabled: false, roles: ['admin'] }, 'password_change'],
  [{ mustChangePassword: true, mfaEnabled: true, roles: [] }, 'password_change'],
])('where administrators need a second factor, %j is limited to %s', (owed, limit) => {
  expect(limitOf(owed, ['admin'])).toBe(limit);
});
