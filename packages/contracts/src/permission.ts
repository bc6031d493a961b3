import { z } from 'zod';

/** What a principal may do. `<noun>:<verb>`; an endpoint names the one it needs. */
export const Permission = z.enum([
  'alerts:read',
  'alerts:ingest',
  'alerts:triage',
  'rules:read',
  'rules:write',
  'incidents:read',
  'incidents:write',
  'ai:read',
  'ai:write',
  'intel:read',
  'intel:write',
  'playbooks:read',
  'playbooks:write',
  'runs:execute',
  'runs:approve',
  'analytics:read',
  'notifications:read',
  'notifications:write',
  'storage:read',
  'storage:write',
  /** Releases holds, clears quarantine, and goes on with what others have begun to upload. */
  'evidence:administer',
  'retention:write',
  'users:read',
  'users:write',
  'api-keys:write',
  'identity-providers:write',
  'audit:read',
  'fleet:read',
  'fleet:operate',
  'bus:inspect',
  'tokens:exchange',
]);
export type Permission = z.infer<typeof Permission>;

/** The five built-in roles. */
export const Role = z.enum(['admin', 'analyst', 'responder', 'viewer', 'service']);
export type Role = z.infer<typeof Role>;

/** Name of a role: a built-in one, or one that a tenant made. */
export const RoleName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens, a letter first');
export type RoleName = z.infer<typeof RoleName>;

/** Who works on alerts needs to know neither the accounts nor what everybody has done. */
const notForAll: readonly Permission[] = ['users:read', 'audit:read'];
const reading = Permission.options.filter((name) => name.endsWith(':read') && !notForAll.includes(name));

const analysing: readonly Permission[] = [
  ...reading,
  'alerts:ingest',
  'alerts:triage',
  'rules:write',
  'incidents:write',
  'ai:write',
  'intel:write',
  'storage:write',
];

/** What each built-in role may do. `service` is for machines that send alerts and for the fleet's own calls. */
export const permissionsOfRole: Readonly<Record<Role, readonly Permission[]>> = {
  admin: Permission.options.filter((name) => name !== 'tokens:exchange'),
  analyst: analysing,
  responder: [...analysing, 'runs:execute', 'runs:approve'],
  viewer: reading,
  service: ['alerts:ingest', 'alerts:read', 'intel:read', 'fleet:read'],
};
