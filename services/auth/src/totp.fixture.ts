import { BeginMfa, ConfirmMfa } from '@soc/contracts/auth/mfa';
import { generateSync } from 'otplib';
import { type TestAuth, userPassword } from './auth-service.fixture.ts';

/** The code an authenticator application shows, by an implementation that is not ours. */
export const codeAt = (secret: string, atMs: number): string =>
  generateSync({ secret, epoch: Math.floor(atMs / 1000) });

/** Enrols the second factor of whoever the token speaks for, at this time. */
export async function enrol(
  auth: TestAuth,
  token: string,
  atMs: number,
  password = userPassword,
): Promise<{ readonly secret: string; readonly recoveryCodes: readonly string[] }> {
  const begun = await auth.call(BeginMfa, { body: { password }, token });
  if (begun.status !== 201) throw new Error(`the enrolment answered ${begun.status}`);
  const { secret } = begun.body;
  const confirmed = await auth.call(ConfirmMfa, { body: { code: codeAt(secret, atMs) }, token });
  if (confirmed.status !== 200) throw new Error(`the confirmation answered ${confirmed.status}`);
  return { secret, recoveryCodes: confirmed.body.recoveryCodes };
}

/** The claims of a token of the service under test. */
export const claimsOf = (token: string): Readonly<Record<string, unknown>> =>
  // Tests look at single claims of what they know to be an object.
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
