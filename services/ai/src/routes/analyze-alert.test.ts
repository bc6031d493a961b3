import { AnalyzeAlert } from '@soc/contracts/ai/analysis';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';
import { newAlert } from '../events/alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

const analyze = (body: unknown) => service.call(AnalyzeAlert, { body, token: service.tokens.viewer });

it('scores something like an alert, twice the same, and counts nothing', async () => {
  const body = {
    title: 'Mimikatz on dc-01',
    severity: 'high',
    observables: [{ type: 'host', value: 'dc-01' }],
    intelHits: [{ type: 'domain', value: 'evil.example', confidence: 90 }],
  };
  const [first, second] = [await analyze(body), await analyze(body)];
  expect(first).toMatchObject({ status: 200, body: { score: 38 + 10 + 27, suggestedVerdict: 'true_positive' } });
  expect(first.body.techniques.map(({ id }) => id)).toEqual(['T1003']);
  expect({ ...second.body, analysedAt: '' }).toEqual({ ...first.body, analysedAt: '' });
});

it('takes a whole alert as the alert service gives it', async () => {
  expect(await analyze(newAlert())).toMatchObject({ status: 200, body: { score: 25 } });
});

it('asks no more than title and severity', async () => {
  expect(await analyze({ title: 'x', severity: 'low' })).toMatchObject({ status: 200, body: { score: 13 } });
});

it('keeps techniques and tactics it does not know', async () => {
  const { status, body } = await analyze({ title: 'x', severity: 'low', techniques: ['X.1'], tactics: ['Sabotage'] });
  expect([status, body.techniques[0]?.id, body.tactics]).toEqual([200, 'X.1', ['sabotage']]);
});
