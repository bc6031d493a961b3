import { expect, test } from 'vitest';
import { normaliseOtp, recoveryCodeHash, writeRecoveryCode } from './recovery-code.ts';
import { acceptedStep, base32, otpauthUri, stepOf, totpCode } from './totp.ts';

/** RFC 6238, appendix B, for SHA-1. Its codes have eight digits; ours are the last six of them. */
const secret = Buffer.from('12345678901234567890');

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i seconds the code is that of RFC 6238', (seconds, code) => {
  expect(totpCode(secret, stepOf(new Date(seconds * 1000)))).toBe(code.slice(2));
});

test('a code is accepted one step early and one step late, and no more', () => {
  const at = new Date(1_111_111_111_000);
  const now = stepOf(at);
  const accepted = [-2, -1, 0, 1, 2].map((drift) => acceptedStep(secret, totpCode(secret, now + drift), at, 0));
  expect(accepted).toEqual([undefined, now - 1, now, now + 1, undefined]);
});

test('no code of a step that was used, or of an earlier one, is accepted', () => {
  const at = new Date(1_111_111_111_000);
  const now = stepOf(at);
  expect(acceptedStep(secret, totpCode(secret, now), at, now)).toBeUndefined();
  expect(acceptedStep(secret, totpCode(secret, now - 1), at, now)).toBeUndefined();
  expect(acceptedStep(secret, totpCode(secret, now + 1), at, now)).toBe(now + 1);
});

test.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('%j is no code', (code) => {
  expect(acceptedStep(secret, code, new Date(1_111_111_111_000), 0)).toBeUndefined();
});

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %j is that of RFC 4648 without padding', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

test('the URI says who, for what and how', () => {
  expect(otpauthUri('SOC Agent', 'ann+soc@example.org', secret)).toBe(
    'otpauth://totp/SOC%20Agent:ann%2Bsoc%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' +
      '&issuer=SOC%20Agent&algorithm=SHA1&digits=6&period=30',
  );
});

test('a recovery code can be typed with or without what parts it, and is stored for its owner alone', () => {
  const code = writeRecoveryCode(Buffer.from('0123456789'));
  expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
  expect(normaliseOtp(` ${code.toUpperCase().replaceAll('-', ' ')} `)).toBe(normaliseOtp(code));
  expect(recoveryCodeHash('ann', code).equals(recoveryCodeHash('bob', code))).toBe(false);
});
