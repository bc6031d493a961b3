import { expect, test } from 'vitest';
import { weaknessOf } from './weak-password.ts';

const owner = { email: 'maria.schneider@example.org', displayName: 'Maria Schneider' };

test.each([
  'qwertyuiop12',
  'QWERTZUIOP!!',
  '1qaz2wsx3edc',
  'qwertyqwerty',
  'zxcvbnm,./12',
  '123456789012',
  '098765432109',
  'abcdefghijkl',
  'aaaaaaaaaaaaaaaaaaaaaaaa',
  'abcabcabcabcabc',
  '121212121212',
  'passwordpassword',
  'P@ssw0rd2026',
  'Welcome2026!',
  'Administrator1',
  'socagent2026',
  'SOC-Agent-2026!',
  'Summer2026!!',
  'maria.schneider',
  'MariaSchneider1',
  'schneider2026',
  'Schneider-Maria-99',
  'maria.schneider@example.org',
  'example.org1234',
])('%s is refused', (password) => {
  expect(weaknessOf(password, owner)).toBeDefined();
});

test.each([
  'correct horse battery staple',
  'the first administrator',
  'a brand new password',
  'V3ry-l0ng-4nd-odd',
  'tr0ub4dor&3-ladder',
  'Marias Katze heisst Mimi',
  'b8Jq-x2Lm-0Pzw',
  'пароль из семи слов',
  '正しい馬のバッテリーの主食です',
  '§$%&/()=?`*#+~',
])('%s is accepted', (password) => {
  expect(weaknessOf(password, owner)).toBeUndefined();
});

test('a short name or none takes nothing out of a password', () => {
  expect(weaknessOf('another good one', { email: 'a@b.ch', displayName: 'Li' })).toBeUndefined();
  expect(weaknessOf('another good one', { email: '', displayName: '' })).toBeUndefined();
});

test('the longest password that is looked at takes no time worth speaking of', () => {
  // The shape that a careless expression backtracks on.
  for (const password of ['a'.repeat(256), `${'ab'.repeat(127)}c!`, 'qwert'.repeat(51)]) {
    expect(weaknessOf(password, owner)).toBeDefined();
  }
});
