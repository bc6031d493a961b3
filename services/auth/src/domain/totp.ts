import { createHmac, timingSafeEqual } from 'node:crypto';

/** What authenticator applications understand without being told: SHA-1, 30 seconds, six digits (RFC 6238). */
const STEP_MS = 30_000;
const DIGITS = 6;

/** RFC 6238, section 5.2: a code of the step before or after counts, for clocks that differ and for slow typing. */
const DRIFT_STEPS = [0, -1, 1];

/** RFC 4226, section 4: at least 128 bits, 160 recommended. */
export const TOTP_SECRET_BYTES = 20;

export const stepOf = (at: Date): number => Math.floor(at.getTime() / STEP_MS);

/** The code of a time step (RFC 4226, section 5.3). */
export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** The step whose code this is, if it is one of now and none as old was accepted before. */
export function acceptedStep(secret: Buffer, code: string, at: Date, lastStep: number): number | undefined {
  const given = Buffer.from(code);
  const steps = DRIFT_STEPS.map((drift) => stepOf(at) + drift);
  return steps.find((step) => {
    const expected = Buffer.from(totpCode(secret, step));
    return given.length === expected.length && timingSafeEqual(given, expected) && step > lastStep;
  });
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, section 6, without padding. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** What a QR code says to an authenticator application. */
export function otpauthUri(issuer: string, account: string, secret: Buffer): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const values = [`secret=${base32(secret)}`, `issuer=${encodeURIComponent(issuer)}`, 'algorithm=SHA1'];
  return `otpauth://totp/${label}?${values.join('&')}&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}
