import { AlertUpdated } from '@soc/contracts';
import { GetAlert, GetRawPayload } from '@soc/contracts/alert/queries';
import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { GiveVerdict, UpdateAlert } from '@soc/contracts/alert/triage';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { postAlert } from '../arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';
const update = (id: string, body: object) => service.call(UpdateAlert, { params: { id }, body });
const judge = (id: string, body: object) => service.call(GiveVerdict, { params: { id }, body });

test('an alert moves on, is assigned and corrected; the change is told and published', async () => {
  const id = await postAlert(service);
  const answer = await update(id, { status: 'triaged', assignee: 'ann@example.org', severity: 'high' });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      status: 'triaged',
      assignee: 'ann@example.org',
      severity: 'high',
      version: 2,
      triagedAt: expect.any(String),
    },
  });
  const [event] = await service.published(AlertUpdated, { where: ({ subject }) => subject === id });
  expect(event.data).toEqual({ alert: answer.body, changed: ['status', 'assignee', 'severity'] });
  const { body } = await service.call(GetAlertTimeline, { params: { id } });
  expect(body.items.map(({ kind, actor }) => `${kind} by ${actor}`).toSorted()).toEqual([
    'assigned by Test admin',
    'received by null',
    'severity_changed by Test admin',
    'status_changed by Test admin',
  ]);
});

test('what is so already changes nothing', async () => {
  const id = await postAlert(service);
  expect((await update(id, { status: 'new', severity: 'medium' })).body.version).toBe(1);
});

test('a change decided on an older version is refused', async () => {
  const id = await postAlert(service);
  await update(id, { assignee: 'ann', version: 1 });
  const late = await update(id, { assignee: 'bob', version: 1 });
  expect([late.status, late.problem?.code]).toEqual([409, 'alert.version_conflict']);
  const verdict = await judge(id, { verdict: 'false_positive', version: 1 });
  expect([verdict.status, verdict.problem?.code]).toEqual([409, 'alert.version_conflict']);
});

test('an alert does not go back to new', async () => {
  const id = await postAlert(service);
  await update(id, { status: 'investigating' });
  const back = await update(id, { status: 'new' });
  expect([back.status, back.problem?.code]).toEqual([409, 'alert.illegal_transition']);
});

test('a verdict closes an alert; reopening keeps the verdict and takes back the closing', async () => {
  const id = await postAlert(service);
  const closed = await judge(id, { verdict: 'benign_true_positive', note: 'a planned scan' });
  expect(closed).toMatchObject({
    status: 200,
    body: { status: 'closed', verdict: 'benign_true_positive', closedAt: expect.any(String) },
  });
  const again = await judge(id, { verdict: 'false_positive' });
  expect([again.status, again.problem?.code]).toEqual([409, 'alert.already_closed']);
  const reopened = await update(id, { status: 'investigating' });
  expect(reopened.body).toMatchObject({ status: 'investigating', verdict: 'benign_true_positive', closedAt: null });
});

test('a critical alert cannot be closed without a note', async () => {
  const id = await postAlert(service, { severity: 'critical' });
  for (const refused of [await judge(id, { verdict: 'true_positive' }), await update(id, { status: 'closed' })]) {
    expect([refused.status, refused.problem?.code]).toEqual([409, 'alert.note_required']);
  }
  expect((await judge(id, { verdict: 'true_positive', note: 'reimaged' })).status).toBe(200);
  const { body } = await service.call(GetAlertTimeline, { params: { id } });
  expect(body.items.find(({ kind }) => kind === 'verdict_given')?.data).toMatchObject({ note: 'reimaged' });
});

test("another tenant's alert, or none, is not found", async () => {
  const id = await postAlert(service);
  const token = service.tokens.otherTenantAdmin;
  const answers = [
    await service.call(GetAlert, { params: { id }, token }),
    await service.call(GetRawPayload, { params: { id }, token }),
    await service.call(UpdateAlert, { params: { id }, body: { assignee: 'x' }, token }),
    await service.call(GiveVerdict, { params: { id: NOBODYS_ID }, body: { verdict: 'undetermined' } }),
    await service.call(GetAlertTimeline, { params: { id: NOBODYS_ID } }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    answers.map(() => [404, 'alert.not_found']),
  );
});
