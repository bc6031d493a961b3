import { AlertCreated, AnalysisCompleted } from '@soc/contracts';
import { GetAnalysis } from '@soc/contracts/ai/analysis';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';
import { newAlert } from '../events/alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

it('gives what was published of an alert, to its own tenant only', async () => {
  const alert = newAlert();
  await service.emit(AlertCreated, { alert });
  const [event] = await service.published(AnalysisCompleted);
  const params = { alertId: alert.id };
  const { status, body } = await service.call(GetAnalysis, { params, token: service.tokens.viewer });
  expect([status, body]).toEqual([200, event.data]);
  const foreign = await service.call(GetAnalysis, { params, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'ai.analysis_not_found']);
});
