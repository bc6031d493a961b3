import { ResponseCompleted, uuidv7 } from '@soc/contracts';
import { startTestService, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { notificationService } from '../app.ts';
import { addRule, addWebhook, testEnv } from '../arrangement.fixture.ts';
import { startHttpReceiver } from '../http-receiver.fixture.ts';

test('the end of a playbook run is told whatever severity the rule asks for', async () => {
  const [service, receiver] = await Promise.all([
    startTestService(notificationService, { env: testEnv }),
    startHttpReceiver(),
  ]);
  onTestFinished(async () => void (await Promise.all([service.close(), receiver.close()])));
  await addRule(service, [await addWebhook(service, receiver.url)], {
    events: ['response.completed'],
    minSeverity: 'critical',
  });
  const runId = uuidv7(Date.now());
  await service.emit(ResponseCompleted, {
    runId,
    playbookId: 'block-address',
    playbookName: 'Block address',
    incidentId: uuidv7(Date.now()),
    outcome: 'succeeded',
    detail: '',
    stepsExecuted: 3,
    dryRun: false,
    startedAt: '2026-03-01T10:00:00Z',
    endedAt: '2026-03-01T10:00:05Z',
  });
  const request = await waitFor(() => receiver.requests[0]);
  expect(JSON.parse(request.body)).toMatchObject({ type: 'response.completed', data: { runId, outcome: 'succeeded' } });
});
