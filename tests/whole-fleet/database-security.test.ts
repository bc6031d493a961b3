import type { ServiceName } from '@soc/contracts';
import { CreateUser } from '@soc/contracts/auth/users';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { sql } from '@soc/db-cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinFleet, type JoinedFleet } from './join-fleet.ts';

const SERVICES: readonly ServiceName[] = ['auth', 'gateway', 'storage'];

let started: JoinedFleet;
beforeAll(async () => {
  started = await joinFleet();
});
afterAll(() => started?.leave());

test('with TLS demanded, services, replica and operator are all connected by it, and healthy', async () => {
  const health = await started.client.call(GetServicesHealth);
  expect(health.services.filter(({ status }) => status === 'ok').map(({ service }) => service)).toEqual(
    expect.arrayContaining([...SERVICES]),
  );
  const sessions = await started.db.read.query<{ usename: string; ssl: boolean }>(sql`
    select distinct usename, ssl from pg_stat_activity join pg_stat_ssl using (pid) where usename is not null`);
  expect(sessions.filter(({ ssl }) => !ssl)).toEqual([]);
  expect(sessions.map(({ usename }) => usename)).toEqual(
    expect.arrayContaining(['soc_auth', 'soc_storage', 'soc_replication', 'soc_admin']),
  );
});

test('a change of an account through the API is audited with who asked and by which request', async () => {
  const user = await started.client.call(CreateUser, {
    body: { email: 'ann@example.org', displayName: 'Ann', password: 'correct horse battery', roles: ['viewer'] },
  });
  const changes = await started.db.write.query(sql`
    select operation, login_role, acting_role, application, scope_tenant, actor ~ '^user [0-9a-f-]{36}$' as known_actor,
      correlation_id is not null as known_request, after ->> 'password_hash' as password
    from audit.changes where row_id = ${user.id}`);
  expect(changes).toEqual([
    {
      operation: 'insert',
      login_role: 'soc_auth',
      acting_role: 'soc_auth_tenant',
      application: 'auth-0',
      scope_tenant: 'default',
      known_actor: true,
      known_request: true,
      password: '[redacted]',
    },
  ]);
});
