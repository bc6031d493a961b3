import { DeleteMapping, GetMapping, ListMappings, PutMapping } from '@soc/contracts/alert/mappings';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const mapping = { title: { paths: ['what'] } };
const put = (name: string, body: object = mapping) => service.call(PutMapping, { params: { name }, body });

test('a mapping is created, replaced, read and removed', async () => {
  const created = await put('scanner');
  expect([created.status, created.body]).toMatchObject([200, { name: 'scanner', mapping, updatedBy: 'Test admin' }]);
  const replaced = await put('scanner', { title: { paths: ['headline'] } });
  expect(replaced.body).toMatchObject({
    createdAt: created.body.createdAt,
    mapping: { title: { paths: ['headline'] } },
  });
  const read = await service.call(GetMapping, { params: { name: 'scanner' } });
  expect([read.status, read.body]).toEqual([200, replaced.body]);

  expect((await service.call(DeleteMapping, { params: { name: 'scanner' } })).status).toBe(204);
  for (const endpoint of [GetMapping, DeleteMapping]) {
    const gone = await service.call(endpoint, { params: { name: 'scanner' } });
    expect([gone.status, gone.problem?.code]).toEqual([404, 'alert.mapping_unknown']);
  }
});

test('mappings are listed by name, page by page, each tenant its own', async () => {
  for (const name of ['c', 'a', 'b']) await put(name);
  await service.call(PutMapping, { params: { name: 'd' }, body: mapping, token: service.tokens.otherTenantAdmin });
  const first = await service.call(ListMappings, { query: { limit: 2 } });
  const second = await service.call(ListMappings, { query: { limit: 2, cursor: first.body.nextCursor ?? '' } });
  expect([first.status, ...[first, second].map(({ body }) => body.items.map(({ name }) => name))]).toEqual([
    200,
    ['a', 'b'],
    ['c'],
  ]);
  expect(second.body.nextCursor).toBeNull();
});

test('a viewer may read mappings but not write them', async () => {
  const token = service.tokens.viewer;
  expect((await service.call(ListMappings, { token })).status).toBe(200);
  expect((await service.call(PutMapping, { params: { name: 'x' }, body: mapping, token })).status).toBe(403);
});
