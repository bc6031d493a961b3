import { randomBytes } from 'node:crypto';
import { migrate, tenantRoleOf } from '@soc/db-cluster';
import { messagingMigrations } from '@soc/messaging';
import '../testing/provided.ts';
import { expect, inject, onTestFinished, test } from 'vitest';
import { withConnection } from './connection.ts';
import { dropDatabase, ensureDatabase, ensureRoles, roleOf } from './roles-repository.ts';
import { ensureSchemas } from './schemas-repository.ts';

/** A database of an own PostgreSQL, with a login role that was made by hand and no other. */
async function makeOwnDatabase() {
  const schema = `own_${randomBytes(4).toString('hex')}`;
  const role = { schema, role: roleOf(schema), password: 'by-hand' };
  const admin = new URL(inject('postgresUrl'));
  await ensureDatabase(admin.href, schema);
  admin.pathname = schema;
  await withConnection(admin.href, (client) =>
    client.query(`create role ${role.role} login password 'by-hand'; create schema authorization ${role.role};
      alter schema ${role.role} rename to ${schema}`),
  );
  onTestFinished(async () => {
    await dropDatabase(inject('postgresUrl'), schema);
    await withConnection(inject('postgresUrl'), async (client) => {
      await client.query(`drop role if exists ${tenantRoleOf(role.role)}`);
      await client.query(`drop role ${role.role}`);
    });
  });
  const url = new URL(admin);
  Object.assign(url, { username: role.role, password: role.password });
  const bringUp = () => migrate({ url: url.href, schema, directories: [messagingMigrations] });
  return { role, adminUrl: admin.href, url: url.href, bringUp };
}

test('where the role of the tenants is missing a service does not start, and once it is made requests publish', async () => {
  const { role, adminUrl, url, bringUp } = await makeOwnDatabase();
  const tenant = tenantRoleOf(role.role);
  await expect(bringUp()).rejects.toThrow(`there is no role ${tenant}, which requests work as; prepare the database`);
  await withConnection(adminUrl, (client) => client.query(`create role ${tenant}`));
  await expect(bringUp()).rejects.toThrow(`may not become ${tenant}`);

  await ensureRoles(inject('postgresUrl'), [role]);
  await ensureSchemas(adminUrl, role.schema, [role]);
  // What demands the role, and what comes after it.
  expect(await bringUp()).toEqual(['0007-', '0008-'].map((number) => expect.stringContaining(number)));
  await withConnection(url, async (client) => {
    await client.query(`set role ${tenant}`);
    const { rows } = await client.query(
      `insert into outbox (type, envelope, subject) values ('alert.created', '{}', 'one') returning id::int`,
    );
    expect(rows).toEqual([{ id: 1 }]);
    expect((await client.query(`select latest::int from outbox_unsent('{one}')`)).rows).toEqual([{ latest: 1 }]);
    await expect(client.query('select envelope from outbox')).rejects.toThrow('permission denied');
    await expect(client.query('select from dead_letters')).rejects.toThrow('permission denied');
  });
});
