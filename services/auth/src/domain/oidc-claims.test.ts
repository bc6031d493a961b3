import { expect, test } from 'vitest';
import { displayNameOf, rolesOf, verifiedEmailOf } from './oidc-claims.ts';

const rules = {
  roleClaim: 'groups',
  roleMapping: [
    { value: 'soc', roles: ['analyst', 'viewer'] },
    { value: 'soc-leads', roles: ['admin'] },
  ],
  defaultRoles: ['viewer'],
};

test.each([
  ['a list', ['soc'], ['viewer', 'analyst']],
  ['one text', 'soc-leads', ['viewer', 'admin']],
  ['another case', ['SOC-LEADS'], ['viewer']],
  ['a part of a value', ['soc-leads,soc'], ['viewer']],
  ['no texts', [1, { soc: true }, null], ['viewer']],
  ['nothing', undefined, ['viewer']],
])('groups as %s give exactly the roles they are mapped to', (_, groups, expected) => {
  expect(rolesOf({ sub: 's', groups }, rules)).toEqual(expected);
});

test('without a claim to read, or for one that objects inherit, there are the default roles', () => {
  expect(rolesOf({ sub: 's', groups: ['soc'] }, { ...rules, roleClaim: null })).toEqual(['viewer']);
  expect(rolesOf({ sub: 's' }, { ...rules, roleClaim: 'constructor' })).toEqual(['viewer']);
});

test('an address counts only when the provider vouches for it', () => {
  const email = 'ann@example.org';
  expect(verifiedEmailOf({ sub: 's', email, email_verified: true })).toBe(email);
  expect(verifiedEmailOf({ sub: 's', email, email_verified: 'true' })).toBe(email);
  expect(verifiedEmailOf({ sub: 's', email, email_verified: 'false' })).toBeUndefined();
  expect(verifiedEmailOf({ sub: 's', email })).toBeUndefined();
});

test('a name is one line of bounded length, and there always is one', () => {
  expect(displayNameOf({ sub: 's', name: ' Ann\nLee\u0000 ' })).toBe('Ann Lee');
  expect(displayNameOf({ sub: 's', name: '\n', preferred_username: 'ann' })).toBe('ann');
  expect(displayNameOf({ sub: 'x'.repeat(255) })).toHaveLength(128);
});
