import { expect, test } from 'vitest';
import { apiKeyTokenTtlS, decideApiKey } from './decide-api-key.ts';
import { permissionsOf } from './grant.ts';

const at = new Date('2026-03-01T10:00:00Z');
const held = permissionsOf(['viewer'], new Map());

test('a key may hold what its maker holds and nothing more', () => {
  expect(decideApiKey({ permissions: ['alerts:read', 'intel:read'] }, held, at)).toEqual({ ok: true });
  expect(decideApiKey({ permissions: ['alerts:read', 'alerts:ingest', 'users:write'] }, held, at)).toEqual({
    ok: false,
    refusal: 'permission_not_held',
    detail: 'you do not hold alerts:ingest, users:write',
  });
});

test('a key that would be expired at once is refused', () => {
  const expiring = (expiresAt: string) => decideApiKey({ permissions: ['alerts:read'], expiresAt }, held, at);
  expect(expiring('2026-03-01T10:00:01Z')).toEqual({ ok: true });
  expect(expiring('2026-03-01T10:00:00Z')).toMatchObject({ ok: false, refusal: 'already_expired' });
});

test('the token of a key lives five minutes, and never longer than the key', () => {
  expect(apiKeyTokenTtlS(null, at)).toBe(300);
  expect(apiKeyTokenTtlS('2026-03-01T11:00:00Z', at)).toBe(300);
  expect(apiKeyTokenTtlS('2026-03-01T10:00:10.500Z', at)).toBe(11);
});
