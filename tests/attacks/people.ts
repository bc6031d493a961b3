import type { Permission } from '@soc/contracts';
import { CreateRole } from '@soc/contracts/auth/roles';
import { CreateUser } from '@soc/contracts/auth/users';
import { type FleetClient, logIn } from '@soc/fleet';
import { inject } from 'vitest';
import './provided.ts';

export interface Person {
  readonly id: string;
  readonly account: { readonly email: string; readonly password: string };
  readonly client: FleetClient;
}

/** A person of a role of their own, with these permissions and none besides, who has logged in. */
export async function personWith(admin: FleetClient, name: string, permissions: Permission[]): Promise<Person> {
  await admin.call(CreateRole, { body: { name, permissions } });
  const account = { email: `${name}@example.org`, password: 'seven long rivers 29' };
  const { id } = await admin.call(CreateUser, { body: { ...account, displayName: name, roles: [name] } });
  return { id, account, client: await logIn(inject('attackedFleet').gatewayUrl, account) };
}
