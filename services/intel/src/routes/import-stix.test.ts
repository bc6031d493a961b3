import { readFileSync } from 'node:fs';
import { ListIndicators, UpdateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { ImportStix } from '@soc/contracts/intel/stix';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

const indicator = (value: string, modified: string, more: object = {}) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--${value}`,
  modified,
  valid_from: '2026-01-01T00:00:00Z',
  pattern_type: 'stix',
  pattern: `[ipv4-addr:value = '${value}']`,
  ...more,
});

const importing = (objects: readonly unknown[], source: string) =>
  service.call(ImportStix, { query: { source }, body: { type: 'bundle', id: 'bundle--1', objects } });

const stored = async (source: string) => (await service.call(ListIndicators, { query: { source } })).body.items;

it('imports what is new, updates what is newer, leaves what is as new, and accounts for the rest', async () => {
  const first = await importing(
    [
      indicator('203.0.113.1', '2026-01-01T00:00:00Z'),
      indicator('203.0.113.2', '2026-01-01T00:00:00Z'),
      { type: 'malware', id: 'malware--1', name: 'RainCloud' },
      indicator('not an address', '2026-01-01T00:00:00Z'),
    ],
    'one',
  );
  expect(first).toMatchObject({
    status: 200,
    body: { received: 4, imported: 2, updated: 0, unchanged: 0, ignored: { malware: 1 } },
  });
  expect(first.body.skipped).toEqual([
    { id: 'indicator--not an address', reason: '"not an address" is no value of ipv4-addr:value' },
  ]);
  const second = await importing(
    [
      indicator('203.0.113.1', '2026-02-01T00:00:00Z', { confidence: 5 }),
      indicator('203.0.113.2', '2026-01-01T00:00:00Z', { confidence: 5 }),
      indicator('203.0.113.3', '2026-01-01T00:00:00Z'),
    ],
    'one',
  );
  expect(second.body).toMatchObject({ received: 3, imported: 1, updated: 1, unchanged: 1 });
  const confidences = (await stored('one')).map(({ value, confidence }) => [value, confidence]);
  expect(Object.fromEntries(confidences)).toEqual({ '203.0.113.1': 5, '203.0.113.2': 75, '203.0.113.3': 75 });
});

it('does not let an older bundle undo what an analyst changed', async () => {
  await importing([indicator('203.0.113.9', '2026-01-01T00:00:00Z')], 'two');
  const [known] = await stored('two');
  await service.call(UpdateIndicator, { params: { id: known?.id ?? '' }, body: { revoked: true } });
  const again = await importing([indicator('203.0.113.9', '2026-01-02T00:00:00Z')], 'two');
  expect(again.body.unchanged).toBe(1);
  expect((await stored('two'))[0]?.revoked).toBe(true);
});

it('gives the confidence asked for to indicators that have none', async () => {
  const body = { type: 'bundle', objects: [indicator('203.0.113.4', '2026-01-01T00:00:00Z')] };
  await service.call(ImportStix, { query: { source: 'three', confidence: 20 }, body });
  expect((await stored('three'))[0]?.confidence).toBe(20);
});

it('imports ten thousand indicators at once', async () => {
  const objects = Array.from({ length: 10_000 }, (_, index) =>
    indicator(`198.18.${index >> 8}.${index & 255}`, '2026-01-01T00:00:00Z'),
  );
  expect((await importing(objects, 'many')).body).toMatchObject({ received: 10_000, imported: 10_000 });
});

it.each([
  ['a report', { type: 'report', objects: [] }, 'body.type'],
  ['objects that are no list', { type: 'bundle', objects: {} }, 'body.objects'],
  ['a list', [], 'body'],
])('refuses %s with the field', async (_, body, path) => {
  const { status, problem } = await service.call(ImportStix, { body });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, path]);
});

it('refuses more than 16 MiB', async () => {
  const body = JSON.stringify({ type: 'bundle', objects: ['x'.repeat(16 * 1024 * 1024)] });
  const { status, problem } = await service.call(ImportStix, { body });
  expect([status, problem?.code]).toEqual([413, 'request.too_large']);
});

const report = sharedData('08-threat-intel/stix-examples/poisonivy.json');

it.skipIf(report === undefined)(
  'imports the Poison Ivy report of OASIS, and a second time changes nothing',
  async () => {
    const body: unknown = JSON.parse(readFileSync(report ?? '', 'utf8'));
    const first = await service.call(ImportStix, { query: { source: 'oasis' }, body });
    expect(first).toMatchObject({
      status: 200,
      body: { received: 155, updated: 0, unchanged: 0, ignored: { relationship: 90 } },
    });
    expect(first.body.imported).toBeGreaterThan(40);
    const second = await service.call(ImportStix, { query: { source: 'oasis' }, body });
    expect(second.body).toMatchObject({ imported: 0, updated: 0, unchanged: first.body.imported });
  },
);
