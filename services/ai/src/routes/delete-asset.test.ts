import { CreateAsset, DeleteAsset, GetAsset } from '@soc/contracts/ai/asset';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

it('removes an asset once, and only for its own tenant', async () => {
  const { body } = await service.call(CreateAsset, { body: { type: 'user', pattern: 'root', value: 99 } });
  const params = { id: body.id };
  const foreign = await service.call(DeleteAsset, { params, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'ai.asset_not_found']);
  expect((await service.call(DeleteAsset, { params, token: service.tokens.analyst })).status).toBe(204);
  expect((await service.call(GetAsset, { params })).status).toBe(404);
  expect((await service.call(DeleteAsset, { params })).status).toBe(404);
});
