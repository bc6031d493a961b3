import { expect, test } from 'vitest';
import { decideRefresh, type PresentedToken } from './decide-refresh.ts';

const at = new Date('2026-03-01T10:00:00Z');
const fresh: PresentedToken = {
  tokenExpiresAt: '2026-03-31T10:00:00.000Z',
  tokenUsedAt: null,
  sessionRevokedAt: null,
  accountActive: true,
};

test('a token that was never used renews its session', () => {
  expect(decideRefresh(fresh, at)).toEqual({ kind: 'renew' });
});

test('a token that was used ends its session, once', () => {
  const used = { ...fresh, tokenUsedAt: '2026-03-01T09:59:59.999Z' };
  expect(decideRefresh(used, at)).toEqual({ kind: 'revoke' });
  expect(decideRefresh({ ...used, sessionRevokedAt: '2026-03-01T09:00:00.000Z' }, at)).toEqual({ kind: 'refuse' });
});

test.each([
  ['unknown', undefined],
  ['expired', { ...fresh, tokenExpiresAt: at.toISOString() }],
  ['of an ended session', { ...fresh, sessionRevokedAt: '2026-03-01T09:00:00.000Z' }],
  ['of a deactivated account', { ...fresh, accountActive: false }],
])('a token that is %s is refused', (_, token) => {
  expect(decideRefresh(token, at)).toEqual({ kind: 'refuse' });
});
