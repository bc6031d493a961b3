import { AlertCreated, auditEvents } from '@soc/contracts';
import { CreateAlert, ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { GetAlert, GetRawPayload, ListAlerts } from '@soc/contracts/alert/queries';
import {
  CreateSuppression,
  type CreateSuppressionBody,
  EndSuppression,
  GetSuppression,
  ListSuppressions,
  PreviewSuppression,
  UpdateSuppression,
} from '@soc/contracts/alert/suppressions';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, postAlert } from '../arrange.fixture.ts';
import { PATTERNS_IN_FORCE, SUPPRESSIONS_IN_FORCE } from '../domain/suppression/suppression.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const draft = (given: Partial<CreateSuppressionBody> = {}): CreateSuppressionBody => ({
  name: 'Backup noise',
  reason: 'The backup touches every share at night; the owner knows.',
  conditions: { title: ['*backup*'] },
  expiresAt: inDays(7),
  ...given,
});
const suppress = async (given: Partial<CreateSuppressionBody> = {}) => {
  const { status, body } = await service.call(CreateSuppression, { body: draft(given) });
  expect(status).toBe(201);
  return body;
};
const get = async (id: string) => (await service.call(GetSuppression, { params: { id } })).body;
const end = (id: string) => service.call(EndSuppression, { params: { id } });
const idsOf = async (query: Readonly<Record<string, string>>) =>
  (await service.call(ListAlerts, { query })).body.items.map(({ id }) => id);
const post = async (body: object) => (await service.call(CreateAlert, { body })).body;

test('what is suppressed is stored and marked, and nobody is told', async () => {
  const suppression = await suppress({ conditions: { title: ['nightly *'], severity: ['low', 'medium'] } });
  expect(suppression).toMatchObject({ status: 'active', owner: 'Test admin', createdBy: 'Test admin', version: 1 });
  const noise = { title: 'Nightly copy', severity: 'low', observables: [{ type: 'host', value: 'ws1' }] };
  const hidden = await post(noise);
  const again = await post(noise);
  const worse = await post({ ...noise, severity: 'high', fingerprint: 'worse' });
  expect([again.id, again.occurrences]).toEqual([hidden.id, 2]);

  const { body } = await service.call(GetAlert, { params: { id: hidden.id } });
  expect(body).toMatchObject({ suppressedBy: suppression.id, status: 'new', occurrences: 2 });
  expect((await service.call(GetRawPayload, { params: { id: hidden.id } })).status).toBe(200);
  expect(await idsOf({ q: 'nightly' })).toEqual([worse.id]);
  expect(await idsOf({ q: 'nightly', suppressed: 'only' })).toEqual([hidden.id]);
  expect(await idsOf({ q: 'nightly', suppressed: 'included' })).toEqual([worse.id, hidden.id]);
  expect(await idsOf({ suppressedBy: suppression.id })).toEqual([hidden.id]);
  expect((await get(suppression.id)).hidden).toEqual({ alerts: 1, occurrences: 2, lastAt: expect.any(String) });

  const [told] = await service.published(AlertCreated, { where: ({ subject }) => subject === worse.id });
  expect(told.data.alert.suppressedBy).toBeNull();
  const outbox = await service.query(`select count(*)::integer as count from alert.outbox where subject = $1`, [
    hidden.id,
  ]);
  expect(outbox).toMatchObject([{ count: 0 }]);
  await end(suppression.id);
});

test('the audit trail has what a suppression hides, and what it was changed to hide', async () => {
  const { id } = await suppress({ conditions: { title: ['audited *'] } });
  await service.call(UpdateSuppression, { params: { id }, body: { conditions: { source: ['audited'] } } });
  const spec = auditEvents.get('alert');
  if (!spec) throw new Error('the service records nothing');
  const facts = await service.published(spec, { count: 2, where: ({ data }) => data.target?.id === id });
  expect(facts.map(({ data }) => data.details?.['conditions'])).toEqual([
    { title: ['audited *'] },
    { source: ['audited'] },
  ]);
});

test('a suppressed alert opens no incident, even when somebody has it analysed', async () => {
  const suppression = await suppress({ conditions: { tags: ['quiet'] } });
  const given = { observables: [{ type: 'host' as const, value: 'ws-quiet' }], tags: ['quiet'] };
  const ids = [await postAlert(service, given), await postAlert(service, given)];
  await analyse(service, ...ids);
  for (const id of ids) {
    const { body } = await service.call(GetAlert, { params: { id } });
    expect(body).toMatchObject({ suppressedBy: suppression.id, incidentId: null });
  }
});

test('what arrives after the expiry is a new alert that is told, though it is the same as one that was hidden', async () => {
  const suppression = await suppress({ conditions: { ruleId: ['R-expiring'] } });
  const alert = { title: 'Expiring', severity: 'low', ruleId: 'R-expiring' };
  const hidden = await post(alert);
  // Another replica, or time, changed the row: there is no copy of it anywhere that would have to hear.
  await service.query(`update alert.suppressions set expires_at = now() - interval '1 ms' where id = $1`, [
    suppression.id,
  ]);
  const told = await post(alert);
  expect([told.deduplicated, told.id === hidden.id, told.fingerprint]).toEqual([false, false, hidden.fingerprint]);
  await service.published(AlertCreated, { where: ({ subject }) => subject === told.id });
  expect(await get(suppression.id)).toMatchObject({ status: 'expired', hidden: { alerts: 1 } });

  const revived = await service.call(UpdateSuppression, {
    params: { id: suppression.id },
    body: { expiresAt: inDays(1) },
  });
  expect(revived.body.status).toBe('active');
  expect((await post(alert)).id).toBe(hidden.id);
});

test('no fingerprint that a client sends is that of something hidden', async () => {
  const suppression = await suppress({ conditions: { ruleId: ['R-hides'] } });
  const hidden = await post({ title: 'Hidden', severity: 'low', ruleId: 'R-hides', fingerprint: 'own-name' });
  for (const space of ['', ' ']) {
    const fingerprint = `${space}own-name hidden by ${suppression.id}`;
    expect((await post({ title: 'Told', severity: 'low', fingerprint })).id).not.toBe(hidden.id);
  }
});

test('that something is over is heard, though it is hidden, when what tells of it came in the same batch', async () => {
  await suppress({ conditions: { title: ['*is well again'] } });
  const labels = { alertname: 'Told and over', instance: 'srv-told' };
  const news = (status: 'firing' | 'resolved', summary: string, minute: number) => {
    const time = `2026-03-01T08:0${minute}:00Z`;
    return { status, labels, annotations: { summary }, startsAt: time, endsAt: time };
  };
  const { body } = await service.call(ReceiveWebhook, {
    params: { source: 'prometheus-alertmanager' },
    body: { status: 'firing', alerts: [news('firing', 'srv is down', 0), news('resolved', 'srv is well again', 5)] },
  });
  const [told, over] = body.alerts;
  expect(over?.id).toBe(told?.id);
  const { body: alert } = await service.call(GetAlert, { params: { id: told?.id ?? '' } });
  expect([alert.suppressedBy ?? null, alert.resolvedAt]).toEqual([null, '2026-03-01T08:05:00.000Z']);
});

test('a preview counts what conditions would have hidden, with examples and days', async () => {
  const at = (day: number) => ({ occurredAt: `2026-02-0${day}T08:00:00.000Z` });
  const observables = [{ type: 'ip' as const, value: '10.1.2.3', role: 'source' }];
  const ids = [
    await postAlert(service, { ...at(1), observables, ruleId: 'P', fingerprint: 'preview-0' }),
    await postAlert(service, { ...at(2), observables, ruleId: 'P', fingerprint: 'preview-1' }),
    await postAlert(service, { ...at(2), observables, ruleId: 'P', severity: 'critical', fingerprint: 'preview-2' }),
    await postAlert(service, { ...at(2), ruleId: 'P', fingerprint: 'preview-3' }),
  ];
  const preview = (conditions: object, span: object = { from: '2026-01-30T00:00:00Z', to: '2026-02-05T00:00:00Z' }) =>
    service.call(PreviewSuppression, { body: { conditions, ...span } });
  const answer = await preview({ ruleId: ['P'], observables: [{ type: 'ip', value: '10.0.0.0/8' }] });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    {
      alerts: 3,
      occurrences: 3,
      inIncidents: 0,
      perDay: [
        { day: '2026-02-01', alerts: 1, occurrences: 1 },
        { day: '2026-02-02', alerts: 2, occurrences: 2 },
      ],
      scanned: 4,
      truncated: false,
    },
  ]);
  expect(answer.body.examples.map(({ id }) => id)).toEqual([ids[2], ids[1], ids[0]]);
  const narrowed = await preview({ ruleId: ['P'], severity: ['critical'] });
  expect(narrowed.body).toMatchObject({ alerts: 1, scanned: 1 });
  const theirs = await service.call(PreviewSuppression, {
    body: { conditions: { ruleId: ['P'] }, from: '2026-01-30T00:00:00Z', to: '2026-02-05T00:00:00Z' },
    token: service.tokens.otherTenantAdmin,
  });
  expect(theirs.body).toMatchObject({ alerts: 0, scanned: 0 });
  const backwards = await preview({ ruleId: ['P'] }, { from: '2026-02-05T00:00:00Z', to: '2026-02-01T00:00:00Z' });
  expect([backwards.status, backwards.problem?.errors?.[0]?.path]).toEqual([400, 'body.to']);
});

test('a suppression is changed and ended once, each by who may', async () => {
  const { id } = await suppress({ owner: 'eve@example.org' });
  const update = (body: object, token?: string) =>
    service.call(UpdateSuppression, { params: { id }, body, ...(token && { token }) });
  const changed = await update({ reason: 'another', conditions: { source: ['backup'] }, version: 1 });
  expect(changed).toMatchObject({
    status: 200,
    body: { reason: 'another', conditions: { source: ['backup'] }, version: 2 },
  });
  expect((await update({ reason: 'x', version: 1 })).problem?.code).toBe('suppression.version_conflict');
  expect((await update({ reason: 'x' }, service.tokens.viewer)).status).toBe(403);
  expect((await update({ reason: 'x' }, service.tokens.otherTenantAdmin)).status).toBe(404);
  expect((await end(id)).body).toMatchObject({ status: 'ended', endedAt: expect.any(String), version: 3 });
  expect(await Promise.all([end(id), update({ name: 'y' })])).toMatchObject([
    { status: 409, problem: { code: 'suppression.already_ended' } },
    { status: 409, problem: { code: 'suppression.already_ended' } },
  ]);
  for (const endpoint of [GetSuppression, EndSuppression]) {
    const missing = await service.call(endpoint, { params: { id: NOBODYS_ID } });
    expect([missing.status, missing.problem?.code]).toEqual([404, 'suppression.not_found']);
  }
  const listed = await service.call(ListSuppressions, {
    query: { status: 'ended', owner: 'eve@example.org', limit: 1 },
  });
  expect([listed.status, listed.body.items.map((one) => one.id)]).toEqual([200, [id]]);
  const theirs = await service.call(ListSuppressions, { token: service.tokens.otherTenantAdmin });
  expect(theirs.body.items).toEqual([]);
});

test.each([
  ['no expiry', { expiresAt: undefined }, 'body.expiresAt'],
  ['an expiry in the past', { expiresAt: inDays(-1) }, 'body.expiresAt'],
  ['an expiry beyond the longest', { expiresAt: inDays(91) }, 'body.expiresAt'],
  ['no reason', { reason: ' ' }, 'body.reason'],
  ['conditions that only a severity narrows', { conditions: { severity: ['low'] } }, 'body.conditions'],
  ['a pattern of wildcards', { conditions: { title: ['**'] } }, 'body.conditions.title.0'],
  ['a field that is none', { conditions: { title: ['x'], titel: ['x'] } }, 'body.conditions.titel'],
])('%s is refused by name', async (_, given, path) => {
  const answer = await service.call(CreateSuppression, { body: { ...draft(), ...given } });
  expect([answer.status, answer.problem?.errors?.map((error) => error.path)]).toEqual([400, [path]]);
});

test('there is an end to how many are in force', async () => {
  await service.query(
    `insert into alert.suppressions (id, tenant_id, name, owner, reason, conditions, expires_at, created_at, created_by,
       updated_at, updated_by, version)
     select gen_random_uuid(), 'other', 'n', 'o', 'r', '{"title":["nothing like it"]}', now() + interval '1 hour', now(), 'c',
       now(), 'c', 1 from generate_series(1, $1)`,
    [SUPPRESSIONS_IN_FORCE - 1],
  );
  const token = service.tokens.otherTenantAdmin;
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => service.call(CreateSuppression, { body: draft(), token })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const refused = answers.flatMap(({ status, problem }) => (status === 409 ? [problem?.code] : []));
  expect(refused).toEqual(Array.from({ length: 3 }, () => 'suppression.too_many'));
});

test('there is an end to how many patterns are in force together, and it holds for changes too', async () => {
  const known = await suppress({ conditions: { ruleId: ['R-patterns'] } });
  await service.query(
    `insert into alert.suppressions (id, tenant_id, name, owner, reason, conditions, expires_at, created_at, created_by,
       updated_at, updated_by, version)
     select gen_random_uuid(), 'default', 'many patterns', 'o', 'r',
       (select jsonb_build_object('title', jsonb_agg('nothing like it ' || n)) from generate_series(1, 50) as n),
       now() + interval '1 hour', now(), 'c', now(), 'c', 1 from generate_series(1, $1)`,
    [PATTERNS_IN_FORCE / 50],
  );
  const create = (conditions: object) => service.call(CreateSuppression, { body: { ...draft(), conditions } });
  const update = (conditions: object) =>
    service.call(UpdateSuppression, { params: { id: known.id }, body: { conditions } });
  for (const conditions of [{ title: ['one more'] }, { ruleName: ['x'] }, { observables: [{ value: 'x' }] }]) {
    for (const { status, problem } of [await create(conditions), await update(conditions)]) {
      expect([status, problem?.code]).toEqual([409, 'suppression.too_many_patterns']);
      expect(problem?.detail).toContain(`at most ${PATTERNS_IN_FORCE}`);
    }
  }
  expect((await create({ ruleId: ['R-without-patterns'] })).status).toBe(201);
  await service.query(`delete from alert.suppressions where name = 'many patterns'`);
  expect((await update({ title: ['one more'] })).status).toBe(200);
});
