import { type Alert, AlertUpdated, type Verdict } from '@soc/contracts';
import { AnalyzeAlert } from '@soc/contracts/ai/analysis';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';
import { newAlert } from './alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

const update = (alert: Alert, tenantId = 'default') =>
  service.emit(AlertUpdated, { alert, changed: ['status'] }, { tenantId });

const closed = (ruleId: string, verdict: Verdict, closedAt = '2026-03-02T00:00:00.000Z'): Alert =>
  newAlert({ ruleId, verdict, status: 'closed', closedAt });

const historyOf = async (ruleId: string, token = service.tokens.viewer) => {
  const body = { title: 'What if', severity: 'medium', source: 'edr', ruleId };
  const answer = await service.call(AnalyzeAlert, { body, token });
  return answer.body.features.find(({ feature }) => feature === 'source_history');
};

const expectHistory = (ruleId: string, text: string) =>
  waitFor(async () => {
    const explanation = (await historyOf(ruleId))?.explanation ?? '';
    if (!explanation.includes(text)) throw new Error(explanation);
    return explanation;
  });

it('learns from the verdicts of closed alerts how those of their rule end', async () => {
  for (const verdict of ['false_positive', 'false_positive', 'false_positive', 'benign_true_positive'] as const) {
    await update(closed('noisy', verdict));
  }
  await expectHistory('noisy', 'of 4 closed alerts of edr noisy, 0 were true and 3 false positives');
  expect(await historyOf('noisy')).toMatchObject({ value: -0.375, contribution: -7 });
  expect((await historyOf('another'))?.contribution).toBe(0);
  expect((await historyOf('noisy', service.tokens.otherTenantAdmin))?.contribution).toBe(0);
});

it('suggests what a rule always was', async () => {
  for (let round = 0; round < 3; round += 1) await update(closed('always-wrong', 'false_positive'));
  await expectHistory('always-wrong', 'of 3 closed');
  const body = { title: 'What if', severity: 'medium', source: 'edr', ruleId: 'always-wrong' };
  expect((await service.call(AnalyzeAlert, { body })).body.suggestedVerdict).toBe('false_positive');
});

it('counts an alert once, by the last word on it, in whatever order the words come', async () => {
  const alert = closed('reopened', 'false_positive');
  await update(alert);
  await expectHistory('reopened', '1 false');
  await update({ ...alert, verdict: 'true_positive', closedAt: '2026-03-03T00:00:00.000Z' });
  await expectHistory('reopened', 'of 1 closed alerts of edr reopened, 1 were true and 0 false');
  await update({ ...alert, verdict: 'false_positive', closedAt: '2026-03-01T00:00:00.000Z' });
  await update(closed('marker', 'true_positive'));
  await expectHistory('marker', 'of 1 closed');
  await expectHistory('reopened', 'of 1 closed alerts of edr reopened, 1 were true and 0 false');
});

it('learns nothing from an alert that is not closed, or closed without knowing', async () => {
  await update(newAlert({ ruleId: 'open', status: 'investigating', verdict: 'true_positive' }));
  await update(closed('unclear', 'undetermined'));
  await update(closed('last', 'true_positive'));
  await expectHistory('last', 'of 1 closed');
  expect((await historyOf('open'))?.value).toBe(0);
  expect((await historyOf('unclear'))?.value).toBe(0);
});

it('adds up what many alerts of many rules say at once', async () => {
  const alerts = Array.from({ length: 300 }, (_, index) =>
    closed(`many-${index % 3}`, index % 2 === 0 ? 'true_positive' : 'false_positive'),
  );
  await Promise.all(alerts.map((alert) => update(alert)));
  for (const rule of ['many-0', 'many-1', 'many-2']) await expectHistory(rule, 'of 100 closed');
});
