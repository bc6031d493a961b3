import { CreateAsset, UpdateAsset } from '@soc/contracts/ai/asset';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';

let at = new Date('2026-03-01T00:00:00Z');
let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService, { now: () => at });
});
afterAll(() => service.close());

it('changes what is named and keeps the rest, for its own tenant only', async () => {
  const { body: created } = await service.call(CreateAsset, { body: { type: 'host', pattern: 'dc-*', value: 30 } });
  at = new Date('2026-03-02T00:00:00Z');
  const params = { id: created.id };
  const dearer = await service.call(UpdateAsset, { params, body: { value: 90 }, token: service.tokens.analyst });
  expect(dearer.status).toBe(200);
  expect(dearer.body).toEqual({ ...created, value: 90, updatedAt: '2026-03-02T00:00:00.000Z' });
  const renamed = await service.call(UpdateAsset, { params, body: { name: 'domain controllers' } });
  expect(renamed.body).toEqual({ ...dearer.body, name: 'domain controllers' });
  const foreign = await service.call(UpdateAsset, {
    params,
    body: { value: 0 },
    token: service.tokens.otherTenantAdmin,
  });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'ai.asset_not_found']);
});
