import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Permission, RoleName } from '../permission.ts';

/** A name for a set of permissions. A person may do what any of their roles allows. */
export const RoleDescription = z.object({
  name: z.string(),
  description: z.string(),
  permissions: z.array(Permission),
  /** Whether it comes with the fleet and cannot be changed. */
  builtIn: z.boolean(),
});
export type RoleDescription = z.infer<typeof RoleDescription>;

const Permissions = z
  .array(Permission)
  .max(Permission.options.length)
  .transform((permissions) => [...new Set(permissions)]);

const Description = z
  .string()
  .max(500)
  // `\p{Cc}`, spelt out for readers of the document whose patterns know no classes of Unicode.
  // oxlint-disable-next-line no-control-regex -- to keep them out
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/u, 'must be one line without control characters');

const RoleParams = z.strictObject({ name: RoleName });

export const ListRoles = endpoint({
  id: 'listRoles',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/roles',
  summary: 'The roles and what each may do: the built-in ones, then those of the tenant by name, at most 200.',
  permission: 'users:read',
  responses: { 200: z.object({ items: z.array(RoleDescription) }) },
  cache: { maxAgeS: 30, invalidatedBy: [] },
});

export const CreateRole = endpoint({
  id: 'createRole',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/roles',
  summary: 'Makes a role of the tenant, of permissions the caller holds.',
  permission: 'users:write',
  audit: 'role.create',
  auditFields: ['name', 'permissions'],
  body: z.strictObject({ name: RoleName, description: Description.optional(), permissions: Permissions }),
  responses: { 201: RoleDescription },
  errors: { 409: ['auth.role_exists', 'auth.too_many_roles'], 422: ['auth.permission_not_held'] },
});

export const ReplaceRole = endpoint({
  id: 'replaceRole',
  service: 'auth',
  method: 'PUT',
  url: '/api/v1/auth/roles/:name',
  summary: 'Gives a role other permissions. When it loses one, every session of its holders ends.',
  permission: 'users:write',
  audit: 'role.replace',
  auditFields: ['name', 'permissions'],
  params: RoleParams,
  body: z.strictObject({ description: Description.optional(), permissions: Permissions }),
  responses: { 200: RoleDescription },
  errors: { 404: ['auth.role_not_found'], 409: ['auth.role_built_in'], 422: ['auth.permission_not_held'] },
});

export const DeleteRole = endpoint({
  id: 'deleteRole',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/roles/:name',
  summary: 'Deletes a role. Its holders lose it, and every session of theirs ends.',
  permission: 'users:write',
  audit: 'role.delete',
  params: RoleParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.role_not_found'], 409: ['auth.role_built_in'], 422: ['auth.permission_not_held'] },
});
