import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { RoleName } from '../permission.ts';
import { page, PageQuery, QueryBoolean, Timestamp, Uuid } from '../primitives.ts';
import { AccountEmail, DisplayName, NewPassword } from './account.ts';

/** A person who can log in. */
export const User = z.object({
  id: Uuid,
  email: z.string(),
  displayName: z.string(),
  roles: z.array(z.string()),
  active: z.boolean(),
  /** Whether a second factor is enrolled. */
  mfaEnabled: z.boolean(),
  /** Whether the password must be replaced before anything else. */
  mustChangePassword: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  lastLoginAt: Timestamp.nullable(),
  /** Grows by one with every change. */
  version: z.number().int().min(1),
});
export type User = z.infer<typeof User>;

/** Names of roles, built in or of the tenant; 400 for one that is neither. */
const Roles = z
  .array(RoleName)
  .max(32)
  .transform((roles) => [...new Set(roles)]);

/** A new account; an administrator hands over the first password. */
export const NewUser = z.strictObject({
  email: AccountEmail,
  displayName: DisplayName,
  roles: Roles,
  password: NewPassword,
  /** Whether the person must choose another at the first login; false when absent. */
  mustChangePassword: z.boolean().optional(),
});
export type NewUser = z.infer<typeof NewUser>;

/** What of an account may change. */
export const UserChange = z
  .strictObject({
    displayName: DisplayName.optional(),
    roles: Roles.optional(),
    active: z.boolean().optional(),
    password: NewPassword.optional(),
    mustChangePassword: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change');
export type UserChange = z.infer<typeof UserChange>;

export const UserParams = z.strictObject({ id: Uuid });

export const ListUsers = endpoint({
  id: 'listUsers',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/users',
  summary: 'The accounts of the tenant, oldest first.',
  permission: 'users:read',
  query: PageQuery.extend({ active: QueryBoolean.optional() }),
  responses: { 200: page(User) },
});

export const CreateUser = endpoint({
  id: 'createUser',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/users',
  summary: 'Creates an account.',
  permission: 'users:write',
  audit: 'user.create',
  auditFields: ['email', 'roles'],
  body: NewUser,
  responses: { 201: User },
  errors: { 409: ['auth.email_taken'], 422: ['auth.permission_not_held', 'auth.password_refused'], 503: ['auth.busy'] },
});

export const GetUser = endpoint({
  id: 'getUser',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/users/:id',
  summary: 'One account.',
  permission: 'users:read',
  params: UserParams,
  responses: { 200: User },
  errors: { 404: ['auth.user_not_found'] },
});

export const UpdateUser = endpoint({
  id: 'updateUser',
  service: 'auth',
  method: 'PATCH',
  url: '/api/v1/auth/users/:id',
  summary:
    'Changes an account. Losing a role, being deactivated or given a password ends every session of it. The own password is changed by `/me/password`.',
  permission: 'users:write',
  audit: 'user.update',
  auditFields: ['roles', 'active'],
  params: UserParams,
  body: UserChange,
  responses: { 200: User },
  errors: {
    404: ['auth.user_not_found'],
    409: ['auth.last_admin', 'auth.own_account'],
    422: ['auth.permission_not_held', 'auth.password_refused'],
    503: ['auth.busy'],
  },
});
