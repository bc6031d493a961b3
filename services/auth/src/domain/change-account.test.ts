import { expect, test } from 'vitest';
import type { Account } from './account.ts';
import { changeAccount } from './change-account.ts';

const at = new Date('2026-03-01T10:00:00Z');
const ann: Account = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  tenantId: 'default',
  email: 'ann@example.org',
  displayName: 'Ann',
  passwordHash: 'old',
  roles: ['admin', 'analyst'],
  active: true,
  version: 3,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  lastLoginAt: null,
  tokensValidFrom: null,
  mustChangePassword: false,
  mfaEnabled: false,
};

test('a new name changes nothing else and ends no session', () => {
  expect(changeAccount(ann, { displayName: 'Anna' }, undefined, at)).toEqual({
    account: { ...ann, displayName: 'Anna', version: 4, updatedAt: at.toISOString() },
    kind: 'updated',
    endsSessions: false,
    losesAdmin: false,
  });
});

test('a role more ends no session, a role less does', () => {
  expect(changeAccount(ann, { roles: ['admin', 'analyst', 'viewer'] }, undefined, at).endsSessions).toBe(false);
  expect(changeAccount(ann, { roles: ['admin'] }, undefined, at)).toMatchObject({
    endsSessions: true,
    losesAdmin: false,
  });
  expect(changeAccount(ann, { roles: ['analyst'] }, undefined, at)).toMatchObject({
    endsSessions: true,
    losesAdmin: true,
  });
});

test('a deactivated administrator is an administrator less, a reactivated one is not', () => {
  const gone = changeAccount(ann, { active: false }, undefined, at);
  expect(gone).toMatchObject({ kind: 'deactivated', endsSessions: true, losesAdmin: true });
  expect(changeAccount(gone.account, { active: true }, undefined, at)).toMatchObject({
    kind: 'updated',
    endsSessions: false,
    losesAdmin: false,
  });
});

test('a new password ends every session', () => {
  const changed = changeAccount(ann, {}, 'new', at);
  expect(changed.account.passwordHash).toBe('new');
  expect(changed.endsSessions).toBe(true);
});

test('who must choose another password starts over', () => {
  const marked = changeAccount(ann, { mustChangePassword: true }, undefined, at);
  expect(marked).toMatchObject({ endsSessions: true, account: { mustChangePassword: true } });
  expect(changeAccount(marked.account, { displayName: 'Anna' }, undefined, at)).toMatchObject({
    endsSessions: false,
    account: { mustChangePassword: true },
  });
});
