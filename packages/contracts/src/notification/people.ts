import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Uuid } from '../primitives.ts';

/** Somebody who can be told: an active user, as auth last said. */
export const Person = z.object({
  userId: Uuid,
  email: z.string(),
  displayName: z.string(),
  roles: z.array(z.string()),
});
export type Person = z.infer<typeof Person>;

export const ListPeople = endpoint({
  id: 'listPeople',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/people',
  summary: 'Active users of the tenant and their addresses, for choosing whom a channel tells',
  permission: 'notifications:write',
  query: PageQuery,
  responses: { 200: page(Person) },
});
