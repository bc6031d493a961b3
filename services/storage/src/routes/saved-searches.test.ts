import { randomUUID } from 'node:crypto';
import {
  CreateSavedSearch,
  DeleteSavedSearch,
  GetSavedSearch,
  ListSavedSearches,
  MAX_SAVED_SEARCHES,
  ReplaceSavedSearch,
} from '@soc/contracts/storage/saved-searches';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' } });
});
afterAll(() => service.close());

const create = (fields: object, token = service.tokens.analyst) =>
  service.call(CreateSavedSearch, { body: { name: randomUUID(), q: 'severity:high', ...fields }, token });
const namesOf = async (token: string) => {
  const { body } = await service.call(ListSavedSearches, { query: { limit: 200 }, token });
  return body.items.map(({ name }) => name);
};

test('a search is kept for oneself, or shared with everybody of the tenant', async () => {
  const own = await create({ name: 'own' });
  const shared = await create({ name: 'shared', shared: true });
  expect([own.status, own.body]).toMatchObject([201, { q: 'severity:high', shared: false }]);
  const { analyst, responder, otherTenantAdmin } = service.tokens;
  expect(await namesOf(analyst)).toEqual(['shared', 'own']);
  expect(await namesOf(responder)).toEqual(['shared']);
  expect(await namesOf(otherTenantAdmin)).toEqual([]);
  const get = (id: string, token: string) => service.call(GetSavedSearch, { params: { id }, token });
  expect((await get(shared.body.id, responder)).body).toEqual(shared.body);
  for (const [id, token] of [
    [own.body.id, responder],
    [shared.body.id, otherTenantAdmin],
  ] as const) {
    const { status, problem } = await get(id, token);
    expect([status, problem?.code]).toEqual([404, 'storage.saved_search_not_found']);
  }
});

test('what is shared may be changed and removed by others, what is not by nobody else', async () => {
  const { body: own } = await create({});
  const { body: shared } = await create({ shared: true });
  const token = service.tokens.responder;
  const body = { name: randomUUID(), q: 'ssh', shared: true };
  const replace = (id: string) => service.call(ReplaceSavedSearch, { params: { id }, body, token });
  const remove = (id: string) => service.call(DeleteSavedSearch, { params: { id }, token });
  expect((await replace(shared.id)).body).toMatchObject({ ...body, owner: shared.owner });
  expect([(await replace(own.id)).status, (await remove(own.id)).status]).toEqual([404, 404]);
  expect([(await remove(shared.id)).status, (await remove(shared.id)).status]).toEqual([204, 404]);
});

test('a query that cannot be read is not kept', async () => {
  const { status, problem } = await create({ q: 'host:' });
  expect([status, problem?.errors]).toEqual([400, [{ path: 'body.q', message: 'at character 6: a value is missing' }]]);
});

test('a person uses a name once', async () => {
  const { name } = (await create({ name: 'Taken' })).body;
  expect((await create({ name: 'taken' }, service.tokens.responder)).status).toBe(201);
  const second = await create({ name: 'TAKEN' });
  const { body: other } = await create({});
  const renamed = await service.call(ReplaceSavedSearch, {
    params: { id: other.id },
    body: { name, q: 'x' },
    token: service.tokens.analyst,
  });
  for (const { status, problem } of [second, renamed]) {
    expect([status, problem?.code]).toEqual([409, 'storage.name_taken']);
  }
});

test('a person keeps no heaps', async () => {
  const { owner } = (await create({})).body;
  await service.query(
    `insert into storage.saved_searches
      select gen_random_uuid(), 'default', $1, 'x', 'search ' || n, 'x', false, now(), now() from generate_series(1, $2) n`,
    [owner.id, MAX_SAVED_SEARCHES],
  );
  const { status, problem } = await create({});
  expect([status, problem?.code]).toEqual([422, 'storage.too_many_saved_searches']);
});
