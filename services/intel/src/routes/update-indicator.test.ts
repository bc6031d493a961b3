import { CreateIndicator, GetIndicator, UpdateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let at = new Date('2026-03-01T00:00:00Z');
let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService, { now: () => at });
});
afterAll(() => service.close());

it('changes what is named, keeps the rest, and remembers when', async () => {
  const { body: created } = await service.call(CreateIndicator, {
    body: {
      type: 'domain',
      value: 'evil.example',
      threat: 'RainCloud',
      labels: ['c2'],
      validUntil: '2026-09-01T00:00:00Z',
    },
  });
  at = new Date('2026-03-02T00:00:00Z');
  const params = { id: created.id };
  const changed = await service.call(UpdateIndicator, {
    params,
    body: { confidence: 10, threat: null, validUntil: null },
  });
  expect(changed).toMatchObject({ status: 200 });
  expect(changed.body).toEqual({
    ...created,
    confidence: 10,
    threat: null,
    validUntil: null,
    modifiedAt: '2026-03-02T00:00:00.000Z',
  });
  const full = { description: 'sinkholed', labels: ['sinkhole'], tlp: 'green', revoked: true } as const;
  await service.call(UpdateIndicator, { params, body: full });
  expect((await service.call(GetIndicator, { params })).body).toMatchObject({ ...full, confidence: 10 });
});

it('refuses an end before the beginning', async () => {
  const { body } = await service.call(CreateIndicator, { body: { type: 'ip', value: '203.0.113.1' } });
  const change = { validUntil: '2020-01-01T00:00:00Z' };
  const { status, problem } = await service.call(UpdateIndicator, { params: { id: body.id }, body: change });
  expect([status, problem?.code]).toEqual([422, 'intel.indicator_validity_empty']);
});

it('does not touch an indicator of another tenant', async () => {
  const { body } = await service.call(CreateIndicator, { body: { type: 'ip', value: '203.0.113.2' } });
  const { status, problem } = await service.call(UpdateIndicator, {
    params: { id: body.id },
    body: { revoked: true },
    token: service.tokens.otherTenantAdmin,
  });
  expect([status, problem?.code]).toEqual([404, 'intel.indicator_not_found']);
  expect((await service.call(GetIndicator, { params: { id: body.id } })).body.revoked).toBe(false);
});
