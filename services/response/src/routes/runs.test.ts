import { ListConnectors } from '@soc/contracts/response/connectors';
import { DeletePlaybook, ImportPlaybook, UpdatePlaybook } from '@soc/contracts/response/playbooks';
import { CancelRun, DecideStep, GetRun, ListRuns, StartRun } from '@soc/contracts/response/runs';
import { auditEvents, IncidentCreated, ResponseCompleted, uuidv7 } from '@soc/contracts';
import { exampleIncident, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { responseService } from '../app.ts';
import { httpStep, manualStep, playbookDocument } from '../domain/playbook.fixture.ts';
import { type EffectServer, startEffectServer } from '../effect-server.fixture.ts';
import { importSteps, playbookId, startRun, waitForRun } from '../run-playbook.fixture.ts';

let service: TestService;
let effects: EffectServer;
beforeAll(async () => {
  effects = await startEffectServer((_, response) => void response.end('{"ticket":"T-1"}'));
  service = await startTestService(responseService, {
    env: { RESPONSE_ALLOWED_HOSTS: effects.host, RESPONSE_POLL_MS: '100' },
  });
});
afterAll(async () => {
  await service.close();
  await effects.close();
});

const UNKNOWN_ID = uuidv7(0);

describe('starting a run', () => {
  test('on an incident, it acts with the facts of the incident and tells how it ended', async () => {
    const incident = exampleIncident({ id: uuidv7(Date.now()), entities: [{ type: 'host', value: 'web/1' }] });
    await service.emit(IncidentCreated, { incident, alertIds: [], reasons: [] });
    const content = '{"host":"__incident_entity_host__:value","run":"__run_id__:value"}';
    const id = await importSteps(service, {
      id: 1,
      url: effects.url,
      rest: { playbook_variables: { __ticket__: { type: 'string' } } },
      steps: {
        send: httpStep(
          { on_completion: 'close', out_args: ['__ticket__'] },
          { command: 'PUT /hosts/__incident_entity_host__:value HTTP/1.1', content },
        ),
        close: httpStep({}, { command: 'POST /tickets/__ticket__:value HTTP/1.1' }),
      },
    });
    const body = { playbookId: id, incidentId: incident.id };
    const started = await waitFor(async () => {
      const answer = await service.call(StartRun, { body });
      if (answer.status !== 201) throw new Error('the incident is not known yet');
      return answer.body;
    });
    const run = await waitForRun(service, started.id);
    expect(run).toMatchObject({
      status: 'succeeded',
      incidentId: incident.id,
      origin: { kind: 'person', name: 'Test admin' },
    });
    expect(effects.received().slice(-2)).toEqual([
      {
        method: 'PUT',
        path: '/hosts/web%2F1',
        key: `${run.id}:send`,
        body: JSON.stringify({ host: 'web/1', run: run.id }),
      },
      { method: 'POST', path: '/tickets/T-1', key: `${run.id}:close`, body: '' },
    ]);
    const [event] = await service.published(ResponseCompleted, { where: ({ subject }) => subject === run.id });
    expect(event.data).toMatchObject({
      outcome: 'succeeded',
      stepsExecuted: 2,
      incidentId: incident.id,
      dryRun: false,
    });
  });

  test('as a dry run it shows what it would do and does nothing', async () => {
    const steps = { send: httpStep({ on_completion: 'ask' }, { command: 'POST /dry HTTP/1.1' }), ask: manualStep() };
    const id = await importSteps(service, { id: 2, url: effects.url, steps });
    const run = await waitForRun(service, await startRun(service, id, { dryRun: true }));
    expect(run).toMatchObject({ status: 'succeeded', dryRun: true });
    expect(run.steps.filter(({ stepType }) => stepType === 'action')).toMatchObject([
      { stepId: 'send', state: 'simulated', request: { kind: 'http', method: 'POST', url: `${effects.url}/dry` } },
      { stepId: 'ask', state: 'simulated', request: { kind: 'manual', instruction: 'Isolate the host?' } },
    ]);
    expect(effects.count('/dry')).toBe(0);
  });

  test('is refused with the reason', async () => {
    const variables = { __a__: { type: 'string' }, __c__: { type: 'string', value: 'x', constant: true } };
    const id = await importSteps(service, { id: 3, steps: {}, rest: { playbook_variables: variables } });
    const disabled = await importSteps(service, { id: 4, steps: {} });
    await service.call(UpdatePlaybook, { params: { id: disabled }, body: { enabled: false } });
    const revoked = await importSteps(service, { id: 5, steps: {}, rest: { revoked: true } });
    const expired = await importSteps(service, { id: 6, steps: {}, rest: { valid_until: '2023-12-31T23:59:59.999Z' } });
    const future = await importSteps(service, { id: 7, steps: {}, rest: { valid_from: '2123-12-31T23:59:59.999Z' } });
    const bodies = [
      { playbookId: playbookId(99) },
      { playbookId: id, incidentId: UNKNOWN_ID },
      { playbookId: disabled },
      { playbookId: revoked },
      { playbookId: expired },
      { playbookId: future },
      { playbookId: id, variables: { __b__: 'x' } },
      { playbookId: id, variables: { __c__: 'y' } },
    ];
    const answers = await Promise.all(bodies.map((body) => service.call(StartRun, { body })));
    expect(answers.map(({ status, problem }) => `${status} ${problem?.code}`)).toEqual([
      '404 playbook.not_found',
      '404 incident.not_found',
      '409 playbook.disabled',
      '409 playbook.revoked',
      '409 playbook.expired',
      '409 playbook.not_yet_valid',
      '422 run.unknown_variable',
      '422 run.constant_variable',
    ]);
  });
});

describe('a step that waits for a person', () => {
  const start = async (id: number, rest: Record<string, unknown> = {}) => {
    const steps = {
      ask: manualStep({ on_completion: 'send', ...rest }),
      send: httpStep({}, { command: `POST /after-${id} HTTP/1.1` }),
    };
    const variables = { __answer__: { type: 'string' } };
    await importSteps(service, { id, steps, url: effects.url, rest: { playbook_variables: variables } });
    const runId = await startRun(service, playbookId(id));
    await waitForRun(service, runId, ['waiting']);
    return runId;
  };
  const decide = (id: string, body: Record<string, unknown>) =>
    service.call(DecideStep, { params: { id }, body: { stepId: 'ask', decision: 'approve', ...body } });

  test('approved, goes on, and the journal names who approved', async () => {
    const runId = await start(10, { out_args: ['__answer__'] });
    const decided = await decide(runId, { note: 'fine', variables: { __answer__: 'yes' } });
    expect(decided.status).toBe(200);
    const run = await waitForRun(service, runId);
    expect(run.status).toBe('succeeded');
    expect(run.steps.find(({ stepId }) => stepId === 'ask')).toMatchObject({
      state: 'succeeded',
      outcome: { decidedBy: 'Test admin', note: 'fine', variables: { __answer__: 'yes' } },
    });
    expect(effects.count('/after-10')).toBe(1);
  });

  test('approved or refused, the audit trail tells who decided what, and a decision that came too late is a failure', async () => {
    const spec = auditEvents.get('response');
    if (!spec) throw new Error('the response service records nothing');
    const runId = await start(12);
    await decide(runId, { decision: 'reject' });
    expect((await decide(runId, {})).status).toBe(409);
    const decisions = await service.published(spec, {
      count: 2,
      deadlineMs: 20_000,
      where: ({ subject, data }) => subject === runId && data.action === 'run.decide_step',
    });
    expect(
      decisions.map(({ data }) => [data.outcome, data.actor.name, data.details?.['decision'], data.reason]),
    ).toEqual(
      expect.arrayContaining([
        ['success', 'Test admin', 'reject', undefined],
        ['failure', 'Test admin', 'approve', expect.stringMatching(/^run\.(?:ended|step_not_waiting)$/)],
      ]),
    );
  });

  test('rejected, the run ends as rejected and does nothing more', async () => {
    const runId = await start(11);
    await decide(runId, { decision: 'reject' });
    expect(await waitForRun(service, runId)).toMatchObject({ status: 'rejected', detail: 'rejected by Test admin' });
    expect(effects.count('/after-11')).toBe(0);
  });

  test('is decided once, by someone who may, on a run of the own tenant', async () => {
    const runId = await start(12);
    const call = (token: string) =>
      service.call(DecideStep, { params: { id: runId }, body: { stepId: 'ask', decision: 'approve' }, token });
    expect((await call(service.tokens.analyst)).status).toBe(403);
    expect((await call(service.tokens.otherTenantAdmin)).problem?.code).toBe('run.not_found');
    expect((await decide(runId, { stepId: 'send' })).problem?.code).toBe('run.step_not_waiting');
    expect((await decide(runId, { decision: 'retry' })).problem?.code).toBe('run.retry_not_possible');
    const unknown = await decide(runId, { variables: { __other__: 'x' } });
    expect([unknown.status, unknown.problem?.code]).toEqual([422, 'run.unknown_variable']);
    const both = await Promise.all([call(service.tokens.responder), call(service.tokens.responder)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
    await waitForRun(service, runId);
    expect((await decide(runId, {})).problem?.code).toBe('run.ended');
    expect(effects.count('/after-12')).toBe(1);
  });
});

describe('cancelling', () => {
  test('a waiting run ends it', async () => {
    const id = await importSteps(service, { id: 20, steps: { ask: manualStep() } });
    const runId = await startRun(service, id);
    await waitForRun(service, runId, ['waiting']);
    const cancelled = await service.call(CancelRun, { params: { id: runId } });
    expect([cancelled.status, cancelled.body.cancelRequested]).toEqual([202, true]);
    expect(await waitForRun(service, runId)).toMatchObject({ status: 'cancelled' });
    const again = await service.call(CancelRun, { params: { id: runId } });
    expect([again.status, again.problem?.code]).toEqual([409, 'run.ended']);
    const [event] = await service.published(ResponseCompleted, { where: ({ subject }) => subject === runId });
    expect(event.data.outcome).toBe('cancelled');
  });

  test('a run that is not there, or of another tenant, is refused', async () => {
    const unknown = { params: { id: UNKNOWN_ID } };
    const answers = [
      await service.call(CancelRun, unknown),
      await service.call(GetRun, unknown),
      await service.call(DecideStep, { ...unknown, body: { stepId: 'a', decision: 'approve' } }),
    ];
    expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
      Array(3).fill([404, 'run.not_found']),
    );
  });
});

test('a run goes on with the revision it began with, though the playbook is deleted', async () => {
  const id = await importSteps(service, {
    id: 30,
    url: effects.url,
    steps: { ask: manualStep({ on_completion: 'send' }), send: httpStep({}, { command: 'POST /kept HTTP/1.1' }) },
  });
  const runId = await startRun(service, id);
  await waitForRun(service, runId, ['waiting']);
  await service.call(DeletePlaybook, { params: { id } });
  await service.call(DecideStep, { params: { id: runId }, body: { stepId: 'ask', decision: 'approve' } });
  expect((await waitForRun(service, runId)).status).toBe('succeeded');
  expect(effects.count('/kept')).toBe(1);
});

test('values of secret variables are shown to nobody', async () => {
  const variables = { playbook_variables: { __api_token__: { type: 'string' } } };
  const step = httpStep({}, { command: 'POST /secret HTTP/1.1', headers: { 'X-Auth': ['__api_token__:value'] } });
  const id = await importSteps(service, { id: 31, url: effects.url, steps: { send: step }, rest: variables });
  const run = await waitForRun(service, await startRun(service, id, { variables: { __api_token__: 'k3y' } }));
  expect(run.status).toBe('succeeded');
  expect(JSON.stringify(run)).not.toContain('k3y');
});

test('pages of the list follow each other, newest first, and can be filtered', async () => {
  const id = await importSteps(service, { id: 40, steps: {} });
  const started = [await startRun(service, id), await startRun(service, id), await startRun(service, id)];
  for (const runId of started) await waitForRun(service, runId);
  const query = { limit: 2, playbookId: id, status: 'succeeded' };
  const first = await service.call(ListRuns, { query });
  const second = await service.call(ListRuns, { query: { ...query, cursor: first.body.nextCursor ?? '' } });
  expect(first.status).toBe(200);
  expect([...first.body.items, ...second.body.items].map((run) => run.id)).toEqual(started.toReversed());
  expect((await service.call(ListRuns, { query: { incidentId: UNKNOWN_ID } })).body.items).toEqual([]);
});

test('connectors are listed with whether the operator allows them', async () => {
  const token = service.tokens.otherTenantAdmin;
  const at = (url: string) => ({ type: 'http-api', name: 'x', address: { url: [url] } });
  const agent_definitions = { a: at(effects.url), b: at('http://evil.test'), c: at('http://__host__:value/') };
  await service.call(ImportPlaybook, { token, body: playbookDocument({}, { agent_definitions }) });
  const { status, body } = await service.call(ListConnectors, { token });
  expect([status, body.allowedHosts]).toEqual([200, [effects.host]]);
  expect(body.connectors.map(({ definitionId, allowed }) => [definitionId, allowed])).toEqual([
    ['a', true],
    ['b', false],
    ['c', null],
  ]);
});

test('a stored playbook that is refused today costs no other its connectors', async () => {
  const before = (await service.call(ListConnectors)).body.connectors.length;
  const steps = { a: httpStep() };
  const spoilt = await importSteps(service, { id: 901, steps, url: effects.url });
  const good = await importSteps(service, { id: 902, steps, url: effects.url });
  await service.query(
    `update response.playbook_revisions set document = document::jsonb - 'workflow' where playbook_id = $1`,
    [spoilt],
  );
  const { status, body } = await service.call(ListConnectors);
  const ids = body.connectors.map(({ playbookId: of }) => of);
  expect([status, ids.includes(spoilt), ids.includes(good), ids.length]).toEqual([200, false, true, before + 1]);
});
