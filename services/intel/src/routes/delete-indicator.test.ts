import { CreateIndicator, DeleteIndicator, GetIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

it('removes an indicator once, and only for its own tenant', async () => {
  const { body } = await service.call(CreateIndicator, { body: { type: 'ip', value: '203.0.113.1' } });
  const params = { id: body.id };
  const foreign = await service.call(DeleteIndicator, { params, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'intel.indicator_not_found']);
  expect((await service.call(DeleteIndicator, { params, token: service.tokens.analyst })).status).toBe(204);
  expect((await service.call(GetIndicator, { params })).status).toBe(404);
  expect((await service.call(DeleteIndicator, { params })).status).toBe(404);
});
