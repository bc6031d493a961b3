import { CreateAsset, ListAssets } from '@soc/contracts/ai/asset';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  let ms = Date.parse('2026-03-01T00:00:00Z');
  // Every look at the clock is a millisecond later, so that the order of creation is the order of the ids.
  service = await startTestService(aiService, { now: () => new Date((ms += 1)) });
  for (const pattern of ['one', 'two', 'three']) {
    await service.call(CreateAsset, { body: { type: 'host', pattern, value: 1 } });
  }
  await service.call(CreateAsset, { body: { type: 'user', pattern: 'four', value: 1 } });
});
afterAll(() => service.close());

const list = async (query: Record<string, string | number>, token = service.tokens.viewer) => {
  const { status, body } = await service.call(ListAssets, { query, token });
  expect(status).toBe(200);
  return { patterns: body.items.map(({ pattern }) => pattern), nextCursor: body.nextCursor };
};

it('lists the newest first, page by page, by type', async () => {
  expect(await list({})).toEqual({ patterns: ['four', 'three', 'two', 'one'], nextCursor: null });
  const first = await list({ limit: 2 });
  expect(first.patterns).toEqual(['four', 'three']);
  expect(await list({ limit: 2, cursor: first.nextCursor ?? '' })).toEqual({
    patterns: ['two', 'one'],
    nextCursor: null,
  });
  expect((await list({ type: 'user' })).patterns).toEqual(['four']);
});

it('refuses a cursor of another list', async () => {
  const { status, problem } = await service.call(ListAssets, { query: { cursor: 'rubbish' } });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'query.cursor']);
});

it('shows a tenant no asset of another', async () => {
  expect((await list({}, service.tokens.otherTenantAdmin)).patterns).toEqual([]);
});
