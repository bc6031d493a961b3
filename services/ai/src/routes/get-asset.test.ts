import { CreateAsset, GetAsset } from '@soc/contracts/ai/asset';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

it('gives an asset to its own tenant only', async () => {
  const { body } = await service.call(CreateAsset, { body: { type: 'ip', pattern: '10.0.0.0/8', value: 30 } });
  const params = { id: body.id };
  expect(await service.call(GetAsset, { params, token: service.tokens.viewer })).toMatchObject({ status: 200, body });
  const foreign = await service.call(GetAsset, { params, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'ai.asset_not_found']);
});
