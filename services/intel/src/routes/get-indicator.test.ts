import { CreateIndicator, GetIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

it('gives an indicator to its own tenant only', async () => {
  const { body } = await service.call(CreateIndicator, { body: { type: 'ip', value: '203.0.113.1' } });
  const request = { params: { id: body.id } };
  expect(await service.call(GetIndicator, { ...request, token: service.tokens.viewer })).toMatchObject({
    status: 200,
    body,
  });
  const foreign = await service.call(GetIndicator, { ...request, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'intel.indicator_not_found']);
});
