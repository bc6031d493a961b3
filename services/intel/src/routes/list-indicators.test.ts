import { CreateIndicator, ListIndicators, UpdateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { startTestService, type TestAnswer, type TestRequest, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  let ms = Date.parse('2026-03-01T00:00:00Z');
  // Every look at the clock is a millisecond later, so that the order of creation is the order of the ids.
  service = await startTestService(intelService, { now: () => new Date((ms += 1)) });
  const bodies = [
    { type: 'ip', value: '203.0.113.1', labels: ['c2'], threat: 'RainCloud' },
    { type: 'ip', value: '203.0.113.2', source: 'a feed' },
    { type: 'domain', value: 'evil.example', labels: ['c2', 'phishing'] },
    { type: 'url', value: 'https://evil.example/' },
  ];
  for (const body of bodies) await service.call(CreateIndicator, { body });
  const { body } = await service.call(CreateIndicator, { body: { type: 'ip', value: '203.0.113.3' } });
  await service.call(UpdateIndicator, { params: { id: body.id }, body: { revoked: true } });
});
afterAll(() => service.close());

const values = async (query: NonNullable<TestRequest['query']>, token = service.tokens.viewer) => {
  const { body } = await service.call(ListIndicators, { query, token });
  return body.items.map(({ value }) => value);
};

it('lists the newest first', async () => {
  expect(await values({})).toEqual([
    '203.0.113.3',
    'https://evil.example/',
    'evil.example',
    '203.0.113.2',
    '203.0.113.1',
  ]);
});

it.each([
  [{ type: 'ip' }, ['203.0.113.3', '203.0.113.2', '203.0.113.1']],
  [{ value: 'EVIL.example.' }, ['evil.example']],
  [{ value: 'evil.example', type: 'ip' }, []],
  [{ value: 'nothing readable' }, []],
  [{ source: 'a feed' }, ['203.0.113.2']],
  [{ label: 'c2' }, ['evil.example', '203.0.113.1']],
  [{ threat: 'RainCloud' }, ['203.0.113.1']],
  [{ revoked: true }, ['203.0.113.3']],
  [{ revoked: false, type: 'ip' }, ['203.0.113.2', '203.0.113.1']],
])('filters by %j', async (query, expected) => {
  expect(await values(query)).toEqual(expected);
});

it('pages through all of them, each once', async () => {
  const all = await values({});
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: 2, ...(cursor !== undefined && { cursor }) };
    const answer: TestAnswer<typeof ListIndicators> = await service.call(ListIndicators, { query });
    seen.push(...answer.body.items.map(({ value }) => value));
    cursor = answer.body.nextCursor;
  }
  expect(seen).toEqual(all);
});

it.each(['rubbish', Buffer.from('["no id"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
  const { status, problem } = await service.call(ListIndicators, { query: { cursor } });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'query.cursor']);
});

it('shows a tenant nothing of another', async () => {
  expect(await values({}, service.tokens.otherTenantAdmin)).toEqual([]);
});
