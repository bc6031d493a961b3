import { CreateWarninglist, ListWarninglists } from '@soc/contracts/intel/warninglist';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
  await service.call(CreateWarninglist, { body: { name: 'Private networks', type: 'cidr', list: ['192.0.2.0/24'] } });
});
afterAll(() => service.close());

it('lists the built-in ones and those of the tenant by name, page by page', async () => {
  const token = service.tokens.viewer;
  const whole = await service.call(ListWarninglists, { token });
  expect(whole).toMatchObject({ status: 200, body: { nextCursor: null } });
  expect(whole.body.items.map(({ name, builtIn }) => [name, builtIn])).toEqual([
    ['Digests of the empty file', true],
    ['Loopback and link-local addresses', true],
    ['Multicast and broadcast addresses', true],
    ['Private networks', true],
    ['Private networks', false],
    ['Public DNS resolvers', true],
  ]);
  const first = await service.call(ListWarninglists, { query: { limit: 4 }, token });
  const second = await service.call(ListWarninglists, {
    query: { limit: 4, cursor: first.body.nextCursor ?? '' },
    token,
  });
  expect([...first.body.items, ...second.body.items]).toEqual(whole.body.items);
});

it('counts the entries of the built-in lists right', async () => {
  const rows = await service.query<{ name: string }>(`
    select l.name from intel.warninglists l
    where l.entry_count <> (select count(*) from intel.warninglist_entries e where e.list_id = l.id)`);
  expect(rows).toEqual([]);
});

it('shows a tenant no list of another', async () => {
  const { body } = await service.call(ListWarninglists, { token: service.tokens.otherTenantAdmin });
  expect(body.items.every(({ builtIn }) => builtIn)).toBe(true);
});
