import { randomBytes } from 'node:crypto';
import type { Tx } from '@soc/db-cluster';
import {
  normaliseOtp,
  RECOVERY_CODE_BYTES,
  RECOVERY_CODES,
  recoveryCodeHash,
  writeRecoveryCode,
} from './domain/recovery-code.ts';
import { acceptedStep, base32, otpauthUri, TOTP_SECRET_BYTES } from './domain/totp.ts';
import type { mfaRepository } from './mfa-repository.ts';
import type { SecretSeal } from './secret-seal.ts';

interface Person {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
}

export type OtpCheck = 'accepted' | 'not_enabled' | 'missing' | 'wrong';
export type Confirmation = 'confirmed' | 'not_begun' | 'already_enabled' | 'wrong';

/** The second factor of people: their authenticator application, and recovery codes for when it is lost. */
export interface SecondFactor {
  /** A new secret, which counts once it is confirmed. Undefined when a confirmed one is there. */
  readonly begin: (tx: Tx, person: Person, at: Date) => Promise<{ secret: string; uri: string } | undefined>;
  readonly confirm: (tx: Tx, userId: string, code: string, at: Date) => Promise<Confirmation>;
  /** Checks a code of the application or a recovery code, and uses it up: none is accepted twice. */
  readonly check: (tx: Tx, userId: string, otp: string | undefined, at: Date) => Promise<OtpCheck>;
  /** New codes in place of those before. Only their hashes are kept. */
  readonly issueRecoveryCodes: (tx: Tx, person: Pick<Person, 'id' | 'tenantId'>) => Promise<readonly string[]>;
}

const ISSUER = 'SOC Agent';
const TOTP_CODE = /^\d{6}$/;

export function createSecondFactor({
  mfa,
  seal,
}: {
  readonly mfa: typeof mfaRepository;
  readonly seal: SecretSeal;
}): SecondFactor {
  return {
    begin: async (tx, person, at) => {
      const secret = randomBytes(TOTP_SECRET_BYTES);
      if (!(await mfa.begin(tx, person, seal.seal(secret, person.id), at))) return undefined;
      return { secret: base32(secret), uri: otpauthUri(ISSUER, person.email, secret) };
    },

    confirm: async (tx, userId, code, at) => {
      const factor = await mfa.findForUpdate(tx, userId);
      if (!factor) return 'not_begun';
      if (factor.confirmedAt !== null) return 'already_enabled';
      const step = acceptedStep(seal.open(factor.secret, userId), normaliseOtp(code), at, factor.lastStep);
      if (step === undefined) return 'wrong';
      await mfa.confirm(tx, userId, step, at);
      return 'confirmed';
    },

    check: async (tx, userId, otp, at) => {
      const factor = await mfa.findForUpdate(tx, userId);
      if (!factor || factor.confirmedAt === null) return 'not_enabled';
      if (otp === undefined) return 'missing';
      const given = normaliseOtp(otp);
      if (TOTP_CODE.test(given)) {
        const step = acceptedStep(seal.open(factor.secret, userId), given, at, factor.lastStep);
        if (step === undefined) return 'wrong';
        await mfa.useStep(tx, userId, step);
        return 'accepted';
      }
      return (await mfa.useRecoveryCode(tx, userId, recoveryCodeHash(userId, given), at)) ? 'accepted' : 'wrong';
    },

    issueRecoveryCodes: async (tx, person) => {
      const codes = Array.from({ length: RECOVERY_CODES }, () => writeRecoveryCode(randomBytes(RECOVERY_CODE_BYTES)));
      const hashes = codes.map((code) => recoveryCodeHash(person.id, normaliseOtp(code)));
      await mfa.replaceRecoveryCodes(tx, person, hashes);
      return codes;
    },
  };
}
