import { CreateIndicator, GetIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

const AT = '2026-03-01T12:00:00.000Z';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService, { now: () => new Date(AT) });
});
afterAll(() => service.close());

const create = (body: object, token = service.tokens.analyst) => service.call(CreateIndicator, { body, token });

it('stores an indicator in canonical form, with what was left out filled in', async () => {
  const { status, body, headers } = await create({ type: 'domain', value: 'WWW.Evil.Example.', threat: 'RainCloud' });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    tenantId: 'default',
    value: 'www.evil.example',
    confidence: 75,
    threat: 'RainCloud',
    labels: [],
    tlp: 'amber',
    source: 'manual',
    externalId: null,
    validFrom: AT,
    validUntil: null,
    revoked: false,
    createdAt: AT,
    modifiedAt: AT,
  });
  const token = String(headers['x-consistency-token']);
  const read = await service.call(GetIndicator, { params: { id: body.id }, headers: { 'x-consistency-token': token } });
  expect(read).toMatchObject({ status: 200, body });
});

it('refuses the same value from the same source again, however it is written', async () => {
  expect((await create({ type: 'ip', value: '2001:db8::7' })).status).toBe(201);
  const again = await create({ type: 'ip', value: '2001:0DB8:0::0007' });
  expect([again.status, again.problem?.code]).toEqual([409, 'intel.indicator_exists']);
});

it('keeps the same value of another source, another type and another tenant apart', async () => {
  const value = '198.51.100.7';
  expect((await create({ type: 'ip', value })).status).toBe(201);
  expect((await create({ type: 'ip', value, source: 'a feed' })).status).toBe(201);
  expect((await create({ type: 'cidr', value: `${value}/32` })).status).toBe(201);
  expect((await create({ type: 'ip', value }, service.tokens.otherTenantAdmin)).status).toBe(201);
});

it.each([
  ['a value that is not of its type', { type: 'ip', value: 'evil.example' }, 'intel.indicator_value_invalid'],
  [
    'an end before the beginning',
    { type: 'ip', value: '203.0.113.9', validUntil: '2026-02-01T00:00:00Z' },
    'intel.indicator_validity_empty',
  ],
])('refuses %s', async (_, body, code) => {
  const { status, problem } = await create(body);
  expect([status, problem?.code]).toEqual([422, code]);
});
