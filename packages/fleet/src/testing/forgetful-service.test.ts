import { endpoint, EvidenceStored } from '@soc/contracts';
import { asSystem, sql } from '@soc/db-cluster';
import { defineService, route } from '@soc/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { migrationsOf } from '../services.ts';
import { startTestService, type TestService } from './test-service.ts';

const Seen = z.object({ names: z.array(z.string()) });
const asks = { service: 'storage', permission: 'storage:read', responses: { 200: Seen } } as const;
const List = endpoint({ ...asks, id: 'list', method: 'GET', url: '/forgetful', summary: 'Forgets the tenant.' });
const ListAll = endpoint({ ...asks, id: 'listAll', method: 'GET', url: '/forgetful/all', summary: 'Means all.' });
const Change = endpoint({
  ...asks,
  id: 'change',
  method: 'PUT',
  url: '/forgetful',
  summary: 'Changes without a where.',
});
const Forge = endpoint({
  ...asks,
  id: 'forge',
  method: 'POST',
  url: '/forgetful',
  summary: 'Writes for another tenant.',
});
const Public = endpoint({
  ...asks,
  id: 'listPublicly',
  method: 'GET',
  url: '/forgetful/public',
  summary: 'Nobody in particular asks.',
  permission: 'public',
});

const evidence = {
  objectId: '00000000-0000-7000-8000-000000000001',
  filename: 'a.txt',
  sha256: 'ab',
  sizeBytes: 1,
  incidentId: null,
  alertId: null,
  storedBy: 'x',
  storedAt: '2026-01-02T03:04:05Z',
};

/** What every service is, but for its author, who never once thought of tenants. */
const forgetful = defineService({
  name: 'storage',
  config: z.object({}),
  migrations: migrationsOf('storage') as URL, // storage has some
  create: ({ db, outbox }) => {
    const names = async (from = db.read) => ({
      names: (await from.query<{ name: string }>(sql`select name from storage.metric_series order by 1`)).map(
        ({ name }) => name,
      ),
    });
    const insert = (tenantId: string) => sql`
      insert into storage.metric_series (tenant_id, name, labels, seen_on) values (${tenantId}, 'forged', '{}', current_date)`;
    return {
      routes: [
        route(List, ({ consistencyToken }) => names(db.readYourWrites(consistencyToken))),
        route(ListAll, () => asSystem(() => names())),
        route(Public, () => names()),
        route(Change, ({ origin }) =>
          db.tx(async (tx) => {
            await tx.query(sql`update storage.metric_series set name = 'changed'`);
            await outbox.publish(tx, EvidenceStored, evidence, { ...origin, subject: evidence.objectId });
            return names(tx);
          }),
        ),
        route(Forge, async () => {
          await db.write.query(insert('default'));
          return names(db.write);
        }),
      ],
    };
  },
});

let service: TestService;
beforeAll(async () => {
  service = await startTestService(forgetful);
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.query('truncate storage.metric_series');
  await service.query(
    `insert into storage.metric_series (tenant_id, name, labels, seen_on)
     values ('default', 'ours', '{}', current_date), ('other', 'theirs', '{}', current_date)`,
  );
});

test('a statement that forgets the tenant answers a request with what belongs to its tenant', async () => {
  expect((await service.call(List)).body).toEqual({ names: ['ours'] });
  expect((await service.call(List, { token: service.tokens.otherTenantAdmin })).body).toEqual({ names: ['theirs'] });
});

test('many requests of two tenants at once each get their own', async () => {
  const tokens = Array.from({ length: 60 }, (_, index) =>
    index % 3 === 0 ? service.tokens.otherTenantAdmin : service.tokens.admin,
  );
  const answers = await Promise.all(tokens.map((token) => service.call(List, { token })));
  expect(answers.map(({ body }) => body.names.join())).toEqual(
    tokens.map((token) => (token === service.tokens.admin ? 'ours' : 'theirs')),
  );
});

test('a change without a where touches the rows of the tenant, and its event is published', async () => {
  const { body } = await service.call(Change, { token: service.tokens.otherTenantAdmin });
  expect(body).toEqual({ names: ['changed'] });
  expect(await service.query('select tenant_id, name from storage.metric_series order by 1')).toEqual([
    { tenant_id: 'default', name: 'ours' },
    { tenant_id: 'other', name: 'changed' },
  ]);
  const [event] = await service.published(EvidenceStored);
  expect(event.tenantid).toBe('other');
});

test('a row for another tenant is not written', async () => {
  const { status } = await service.call(Forge, { token: service.tokens.otherTenantAdmin });
  expect(status).toBe(500);
  expect(await service.query(`select from storage.metric_series where name = 'forged'`)).toEqual([]);
});

test('who looks across tenants says so; who is nobody has none', async () => {
  const both = { names: ['ours', 'theirs'] };
  expect((await service.call(ListAll)).body).toEqual(both);
  expect((await service.call(Public, { token: null })).body).toEqual(both);
});
