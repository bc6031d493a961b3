import { AlertCreated, AnalysisCompleted, uuidv7 } from '@soc/contracts';
import { AnalyzeAlert, RecordFeedback } from '@soc/contracts/ai/analysis';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';
import { newAlert } from '../events/alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

async function analysed(ruleId: string): Promise<string> {
  const alert = newAlert({ ruleId });
  await service.emit(AlertCreated, { alert });
  await service.published(AnalysisCompleted, { where: ({ data }) => data.alertId === alert.id });
  return alert.id;
}

const historyOf = async (ruleId: string) => {
  const { body } = await service.call(AnalyzeAlert, {
    body: { title: 'What if', severity: 'medium', source: 'edr', ruleId },
  });
  return body.features.find(({ feature }) => feature === 'source_history')?.explanation;
};

it('counts at once for later alerts of the rule, and only the last word on an alert', async () => {
  const alertId = await analysed('with-feedback');
  const first = await service.call(RecordFeedback, {
    body: { alertId, verdict: 'true_positive', note: 'seen it myself' },
    token: service.tokens.analyst,
  });
  expect(first).toMatchObject({
    status: 201,
    body: { alertId, verdict: 'true_positive', note: 'seen it myself', recordedBy: service.principals.analyst.subject },
  });
  expect(await historyOf('with-feedback')).toBe(
    'of 1 closed alerts of edr with-feedback, 1 were true and 0 false positives',
  );
  await service.call(RecordFeedback, { body: { alertId, verdict: 'false_positive' } });
  expect(await historyOf('with-feedback')).toBe(
    'of 1 closed alerts of edr with-feedback, 0 were true and 1 false positives',
  );
  const said = await service.query('select verdict, note from ai.feedback where alert_id = $1 order by id', [alertId]);
  expect(said).toEqual([
    { verdict: 'true_positive', note: 'seen it myself' },
    { verdict: 'false_positive', note: null },
  ]);
});

it('knows no alert that was not analysed, nor one of another tenant', async () => {
  const alertId = await analysed('foreign');
  const verdict = 'true_positive';
  const foreign = await service.call(RecordFeedback, {
    body: { alertId, verdict },
    token: service.tokens.otherTenantAdmin,
  });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'ai.analysis_not_found']);
  const unknown = await service.call(RecordFeedback, { body: { alertId: uuidv7(0), verdict } });
  expect(unknown.status).toBe(404);
});
