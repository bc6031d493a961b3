import { AnalyzeAlert } from '@soc/contracts/ai/analysis';
import { ListModels } from '@soc/contracts/ai/model';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

it('describes the model that scores: its features and their weights', async () => {
  const { status, body } = await service.call(ListModels, { token: service.tokens.viewer });
  expect(status).toBe(200);
  const [model] = body.items;
  const analysis = (await service.call(AnalyzeAlert, { body: { title: 'x', severity: 'low' } })).body;
  expect({ name: model?.name, version: model?.version }).toEqual(analysis.model);
  expect(model?.features.map(({ feature, weight }) => [feature, weight])).toEqual(
    analysis.features.map(({ feature, weight }) => [feature, weight]),
  );
});
