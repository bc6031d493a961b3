import { aiEndpoints } from '@soc/contracts/ai/endpoints';
import { coverRefusals, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from './app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

it('refuses whoever is not known or not allowed, and names the field that is wrong', async () => {
  await coverRefusals(service, aiEndpoints, {
    analyzeAlert: { invalid: { body: { title: 'x', severity: 'terrible' }, path: 'body.severity' } },
    recordFeedback: { invalid: { body: { alertId: 'x', verdict: 'true_positive' }, path: 'body.alertId' } },
    createAsset: { invalid: { body: { type: 'host', pattern: 'x', value: 101 }, path: 'body.value' } },
    updateAsset: { invalid: { body: {}, path: 'body' } },
  });
});

it('answers every endpoint of its contract and is healthy', async () => {
  const answer = await service.app.inject({ url: '/health' });
  expect(answer.json()).toMatchObject({ status: 'ok', service: 'ai' });
  const routes = aiEndpoints.map(({ method, url }) => service.app.hasRoute({ method, url }));
  expect(routes).not.toContain(false);
});
