import { CreateWarninglist, DeleteWarninglist, ListWarninglists } from '@soc/contracts/intel/warninglist';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

it('removes a list with its entries, once, and only for its own tenant', async () => {
  const { body } = await service.call(CreateWarninglist, { body: { name: 'x', type: 'string', list: ['a.example'] } });
  const params = { id: body.id };
  const foreign = await service.call(DeleteWarninglist, { params, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'intel.warninglist_not_found']);
  expect((await service.call(DeleteWarninglist, { params, token: service.tokens.analyst })).status).toBe(204);
  expect(await service.query('select from intel.warninglist_entries where list_id = $1', [body.id])).toEqual([]);
  expect((await service.call(DeleteWarninglist, { params })).status).toBe(404);
});

it('keeps what comes with the fleet', async () => {
  const { body } = await service.call(ListWarninglists);
  const id = body.items.find(({ builtIn }) => builtIn)?.id ?? '';
  const { status, problem } = await service.call(DeleteWarninglist, { params: { id } });
  expect([status, problem?.code]).toEqual([409, 'intel.warninglist_built_in']);
});
