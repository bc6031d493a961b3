import { CreateAsset } from '@soc/contracts/ai/asset';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

const create = (body: unknown, token = service.tokens.analyst) => service.call(CreateAsset, { body, token });

it('registers an asset under its pattern in lower case', async () => {
  const { status, body } = await create({ type: 'host', pattern: 'DC-*', value: 90 });
  expect(status).toBe(201);
  expect(body).toMatchObject({ tenantId: 'default', type: 'host', pattern: 'dc-*', value: 90, name: 'dc-*' });
});

it('keeps one asset of a pattern for a type and a tenant', async () => {
  const asset = { type: 'host', pattern: 'erp', value: 90, name: 'the books' };
  expect((await create(asset)).status).toBe(201);
  const again = await create({ ...asset, pattern: 'ERP' });
  expect([again.status, again.problem?.code]).toEqual([409, 'ai.asset_exists']);
  expect((await create({ ...asset, type: 'user' })).status).toBe(201);
  expect((await create(asset, service.tokens.otherTenantAdmin)).status).toBe(201);
});

it.each([
  { type: 'ip', pattern: '10.0.*', value: 1 },
  { type: 'ip', pattern: '10.0.0.0/33', value: 1 },
  { type: 'host', pattern: '*', value: 1 },
])('refuses the pattern of %j', async (body) => {
  const { status, problem } = await create(body);
  expect([status, problem?.code]).toEqual([422, 'ai.asset_pattern_invalid']);
});
