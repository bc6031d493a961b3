import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Timestamp, Uuid } from '../primitives.ts';
import { AccountEmail, NewPassword } from './account.ts';
import { GivenPassword, Otp } from './mfa.ts';
import { UserParams } from './users.ts';

/**
 * What a login or a refresh gives. The access token is a JWT that lives `expiresInS` seconds; the refresh token is opaque
 * and good for one use.
 */
export const TokenPair = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresInS: z.number().int(),
});
export type TokenPair = z.infer<typeof TokenPair>;

/** A login that can still be refreshed. */
export const Session = z.object({
  id: Uuid,
  createdAt: Timestamp,
  lastUsedAt: Timestamp,
  expiresAt: Timestamp,
  /** Of the login: what the client called itself, and its IP address. */
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  /** Whether the request that lists it came from this session. */
  current: z.boolean(),
});
export type Session = z.infer<typeof Session>;

/** Who the request speaks for. */
export const Me = z.object({
  kind: z.enum(['user', 'api_key', 'service']),
  id: z.string(),
  name: z.string(),
  /** Only of people. */
  email: z.string().optional(),
  tenantId: z.string(),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
});
export type Me = z.infer<typeof Me>;

export const Login = endpoint({
  id: 'login',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/login',
  summary: 'Begins a session with e-mail and password, and with a code where a second factor is enrolled.',
  permission: 'public',
  body: z.strictObject({ email: AccountEmail, password: GivenPassword, otp: Otp.optional() }),
  responses: { 200: TokenPair },
  errors: { 401: ['auth.bad_credentials', 'auth.otp_required'], 429: ['auth.locked'], 503: ['auth.busy'] },
});

export const Refresh = endpoint({
  id: 'refresh',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/refresh',
  summary: 'Trades a refresh token for a new pair. A token used twice ends its session.',
  permission: 'public',
  audit: 'session.refresh',
  body: z.strictObject({ refreshToken: z.string().min(1).max(256) }),
  responses: { 200: TokenPair },
  errors: { 401: ['auth.bad_refresh_token'] },
});

export const Logout = endpoint({
  id: 'logout',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/logout',
  summary: 'Ends the session the access token belongs to.',
  permission: 'authenticated',
  audit: 'session.end',
  openDuring: ['mfa_enrolment', 'password_change'],
  responses: { 204: z.undefined() },
});

export const GetMe = endpoint({
  id: 'getMe',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/me',
  summary: 'Who the request speaks for and what they may do.',
  permission: 'authenticated',
  openDuring: ['mfa_enrolment', 'password_change'],
  responses: { 200: Me },
});

export const ListSessions = endpoint({
  id: 'listSessions',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/sessions',
  summary: 'The open sessions of the caller, newest first, at most 200.',
  permission: 'authenticated',
  responses: { 200: z.object({ items: z.array(Session) }) },
});

export const RevokeSession = endpoint({
  id: 'revokeSession',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/sessions/:id',
  summary: 'Ends one of the sessions of the caller.',
  permission: 'authenticated',
  audit: 'session.revoke',
  params: z.strictObject({ id: Uuid }),
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.session_not_found'] },
});

export const ChangeOwnPassword = endpoint({
  id: 'changeOwnPassword',
  service: 'auth',
  method: 'PUT',
  url: '/api/v1/auth/me/password',
  summary: 'Gives the caller another password, and ends every other session of theirs.',
  permission: 'authenticated',
  audit: 'password.change',
  // The second time, the old password is a wrong one, which counts.
  isOnce: true,
  openDuring: ['password_change'],
  body: z.strictObject({ oldPassword: GivenPassword, newPassword: NewPassword }),
  responses: { 204: z.undefined() },
  errors: {
    403: ['auth.not_a_person'],
    422: ['auth.wrong_password', 'auth.password_refused'],
    429: ['auth.locked'],
    503: ['auth.busy'],
  },
});

export const ListUserSessions = endpoint({
  id: 'listUserSessions',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/users/:id/sessions',
  summary: 'The open sessions of a person, newest first, at most 200.',
  permission: 'users:read',
  params: UserParams,
  responses: { 200: z.object({ items: z.array(Session) }) },
  errors: { 404: ['auth.user_not_found'] },
});

export const RevokeUserSession = endpoint({
  id: 'revokeUserSession',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/users/:id/sessions/:sessionId',
  summary: 'Ends a session of a person.',
  permission: 'users:write',
  audit: 'session.revoke',
  params: z.strictObject({ id: Uuid, sessionId: Uuid }),
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.session_not_found'], 422: ['auth.permission_not_held'] },
});

export const RevokeUserSessions = endpoint({
  id: 'revokeUserSessions',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/users/:id/sessions',
  summary: 'Ends every session of a person.',
  permission: 'users:write',
  audit: 'session.revoke_all',
  params: UserParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.user_not_found'], 422: ['auth.permission_not_held'] },
});
