import { ResponseCompleted, ResponseRequested, uuidv7 } from '@soc/contracts';
import { exampleIncident, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { responseService } from '../app.ts';
import { manualStep } from '../domain/playbook.fixture.ts';
import { importSteps, playbookId, waitForRun } from '../run-playbook.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(responseService);
});
afterAll(() => service.close());

const request = (requestId: string, id: number) => ({
  requestId,
  incident: exampleIncident(),
  playbookId: playbookId(id),
  requestedBy: 'Ada',
  requestedAt: '2026-03-01T10:00:00.000Z',
  dryRun: true,
});

test('the run an analyst asked for has the id of the request', async () => {
  await importSteps(service, { id: 1, steps: { ask: manualStep() } });
  const requestId = uuidv7(1);
  const eventId = await service.emit(ResponseRequested, request(requestId, 1), { correlationId: 'story-1' });
  const [event] = await service.published(ResponseCompleted, { where: ({ subject }) => subject === requestId });
  expect(event).toMatchObject({
    correlationid: 'story-1',
    causationid: eventId,
    data: { runId: requestId, outcome: 'succeeded', dryRun: true },
  });
  expect(await waitForRun(service, requestId)).toMatchObject({
    origin: { kind: 'request', id: requestId, name: 'Ada' },
    variables: { __incident_entity_ip__: '10.0.0.5', __incident_techniques__: 'T1110' },
  });
});

test('whoever asked for a playbook that cannot run is told so', async () => {
  await importSteps(service, { id: 2, steps: {}, rest: { revoked: true } });
  const [unknown, revoked] = [uuidv7(2), uuidv7(3)];
  await service.emit(ResponseRequested, request(unknown, 99));
  await service.emit(ResponseRequested, request(revoked, 2));
  const details = await Promise.all(
    [unknown, revoked].map(async (id) => {
      const [event] = await service.published(ResponseCompleted, { where: ({ subject }) => subject === id });
      return [event.data.outcome, event.data.detail];
    }),
  );
  expect(details).toEqual([
    ['failed', 'the playbook is unknown'],
    ['failed', 'the playbook is revoked'],
  ]);
});
