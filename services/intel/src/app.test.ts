import { intelEndpoints } from '@soc/contracts/intel/endpoints';
import { coverRefusals, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from './app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

it('refuses whoever is not known or not allowed, and names the field that is wrong', async () => {
  await coverRefusals(service, intelEndpoints, {
    createIndicator: {
      invalid: { body: { type: 'ip', value: '203.0.113.7', confidence: 101 }, path: 'body.confidence' },
    },
    updateIndicator: { invalid: { body: {}, path: 'body' } },
    importStix: {
      request: { body: { type: 'bundle' } },
      invalid: { body: { type: 'report', objects: [] }, path: 'body.type' },
    },
    matchObservables: { invalid: { body: { observables: [{ type: 'ip' }] }, path: 'body.observables.0.value' } },
    extractObservables: { invalid: { body: { text: 7 }, path: 'body.text' } },
    createWarninglist: { invalid: { body: { name: 'x', type: 'nonsense', list: ['a'] }, path: 'body.type' } },
  });
});

it('answers every endpoint of its contract and is healthy', async () => {
  const answer = await service.app.inject({ url: '/health' });
  expect(answer.json()).toMatchObject({ status: 'ok', service: 'intel' });
  const routes = intelEndpoints.map(({ method, url }) => service.app.hasRoute({ method, url }));
  expect(routes).not.toContain(false);
});
