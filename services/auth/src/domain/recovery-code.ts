import { createHash } from 'node:crypto';
import { base32 } from './totp.ts';

/** Codes a person gets at a time. */
export const RECOVERY_CODES = 10;

/** 80 random bits: no number of guesses at their hash finds one. */
export const RECOVERY_CODE_BYTES = 10;

/** `abcd-efgh-ijkl-mnop`, which can be typed from paper. */
export const writeRecoveryCode = (bytes: Buffer): string =>
  (base32(bytes).toLowerCase().match(/.{4}/g) ?? []).join('-');

/** What was typed, without what people put between the groups. */
export const normaliseOtp = (typed: string): string => typed.replaceAll(/[\s-]/g, '').toLowerCase();

/** What is stored of a code, which the same code of another person has not. */
export const recoveryCodeHash = (userId: string, normalised: string): Buffer =>
  createHash('sha256').update(`${userId} ${normalised}`).digest();
