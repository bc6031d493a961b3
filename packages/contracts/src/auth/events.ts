import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp, Uuid } from '../primitives.ts';

export const UserChanged = event({
  type: 'user.changed',
  version: 1,
  owner: 'auth',
  ordered: true,
  summary: 'A user was created, changed or deactivated.',
  payload: z.object({
    userId: Uuid,
    email: z.string(),
    displayName: z.string(),
    /** Names of roles, built in or made by the tenant. */
    roles: z.array(z.string()),
    active: z.boolean(),
    change: z.enum(['created', 'updated', 'deactivated']),
    changedAt: Timestamp,
    version: z.number().int().min(1),
  }),
});
