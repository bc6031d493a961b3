import { z } from 'zod';
import { endpoint, type TokenLimit } from '../endpoint.ts';
import { RoleName } from '../permission.ts';
import { Timestamp } from '../primitives.ts';
import { UserParams } from './users.ts';

/** A code of the authenticator application (six digits), or a recovery code; spaces and hyphens do not count. */
export const Otp = z.string().min(6).max(64);

/** A password that is checked, not chosen. */
export const GivenPassword = z.string().min(1).max(256);

const DURING: readonly TokenLimit[] = ['mfa_enrolment'];

export const MfaStatus = z.object({
  enabled: z.boolean(),
  /** Whether a role of the person demands it. */
  required: z.boolean(),
  enabledAt: Timestamp.nullable(),
  recoveryCodesLeft: z.number().int().min(0),
});
export type MfaStatus = z.infer<typeof MfaStatus>;

/** Ten codes, each good for one login in place of a code of the application. Shown once. */
const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

const OWN_PASSWORD = { 422: ['auth.wrong_password'], 429: ['auth.locked'], 503: ['auth.busy'] } as const;

export const GetMfa = endpoint({
  id: 'getMfa',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/mfa',
  summary: 'Whether the caller has a second factor, and must have one.',
  permission: 'authenticated',
  openDuring: DURING,
  responses: { 200: MfaStatus },
});

export const BeginMfa = endpoint({
  id: 'beginMfa',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/mfa/begin',
  summary: 'Begins the enrolment of a second factor (TOTP, RFC 6238). It counts once it is confirmed with a code.',
  permission: 'authenticated',
  audit: 'mfa.begin',
  openDuring: DURING,
  body: z.strictObject({ password: GivenPassword }),
  responses: {
    201: z.object({
      /** In base32, for typing it in. */
      secret: z.string(),
      /** `otpauth://totp/…`, for a QR code. */
      uri: z.string(),
    }),
  },
  errors: { 403: ['auth.not_a_person'], 409: ['auth.mfa_enabled'], ...OWN_PASSWORD },
});

export const ConfirmMfa = endpoint({
  id: 'confirmMfa',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/mfa/confirm',
  summary: 'Ends the enrolment with a code of the application, and with it every other session of the caller.',
  permission: 'authenticated',
  audit: 'mfa.confirm',
  openDuring: DURING,
  body: z.strictObject({ code: Otp }),
  responses: { 200: RecoveryCodes },
  errors: {
    409: ['auth.mfa_not_begun', 'auth.mfa_enabled'],
    422: ['auth.wrong_otp'],
    429: ['auth.locked'],
  },
});

export const DisableMfa = endpoint({
  id: 'disableMfa',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/mfa/disable',
  summary: 'Takes the second factor away, and ends every other session of the caller.',
  permission: 'authenticated',
  audit: 'mfa.disable',
  body: z.strictObject({ password: GivenPassword, code: Otp }),
  responses: { 204: z.undefined() },
  errors: { 409: ['auth.mfa_not_enabled'], ...OWN_PASSWORD, 422: ['auth.wrong_password', 'auth.wrong_otp'] },
});

export const RenewRecoveryCodes = endpoint({
  id: 'renewRecoveryCodes',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/mfa/recovery-codes',
  summary: 'Ten new recovery codes in place of those before.',
  permission: 'authenticated',
  audit: 'mfa.renew_recovery_codes',
  body: z.strictObject({ password: GivenPassword, code: Otp }),
  responses: { 200: RecoveryCodes },
  errors: { 409: ['auth.mfa_not_enabled'], ...OWN_PASSWORD, 422: ['auth.wrong_password', 'auth.wrong_otp'] },
});

export const ResetMfa = endpoint({
  id: 'resetMfa',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/users/:id/mfa',
  summary: 'Takes the second factor of another away, who lost it, and ends every session of theirs.',
  permission: 'users:write',
  audit: 'mfa.reset',
  params: UserParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.user_not_found'], 409: ['auth.own_account'], 422: ['auth.permission_not_held'] },
});

/** Whose logins need a second factor. */
export const MfaPolicy = z.object({ mfaRequiredRoles: z.array(z.string()) });
export type MfaPolicy = z.infer<typeof MfaPolicy>;

export const GetMfaPolicy = endpoint({
  id: 'getMfaPolicy',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/mfa/policy',
  summary: 'The roles whose holders need a second factor.',
  permission: 'users:write',
  responses: { 200: MfaPolicy },
});

export const ReplaceMfaPolicy = endpoint({
  id: 'replaceMfaPolicy',
  service: 'auth',
  method: 'PUT',
  url: '/api/v1/auth/mfa/policy',
  summary: 'Sets the roles whose holders need a second factor. Who has none can from now on only enrol one.',
  permission: 'users:write',
  audit: 'mfa_policy.replace',
  auditFields: ['mfaRequiredRoles'],
  body: z.strictObject({
    mfaRequiredRoles: z
      .array(RoleName)
      .max(200)
      .transform((names) => [...new Set(names)]),
  }),
  responses: { 200: MfaPolicy },
  errors: { 422: ['auth.permission_not_held'] },
});
