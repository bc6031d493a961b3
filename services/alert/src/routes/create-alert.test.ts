import { readFileSync } from 'node:fs';
import { AlertCreated } from '@soc/contracts';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import { GetAlert } from '@soc/contracts/alert/queries';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const body = {
  title: 'Beacon to a known server',
  severity: 'high',
  source: 'edr',
  observables: [
    { type: 'host', value: 'WS5', role: 'source' },
    { type: 'ip', value: '203.0.113.9' },
  ],
  occurredAt: '2026-03-01T10:00:00+02:00',
  techniques: ['T1071.001'],
};

test('a new alert is stored, answered with its id, and published once', async () => {
  const answer = await service.call(CreateAlert, { body });
  expect(answer).toMatchObject({ status: 201, body: { status: 'new', occurrences: 1, deduplicated: false } });
  const stored = await service.call(GetAlert, { params: { id: answer.body.id } });
  expect(stored.body).toMatchObject({
    title: body.title,
    source: 'edr',
    occurredAt: '2026-03-01T08:00:00.000Z',
    observables: [
      { type: 'host', value: 'ws5', role: 'source' },
      { type: 'ip', value: '203.0.113.9' },
    ],
    techniques: ['T1071.001'],
    version: 1,
  });
  const [event] = await service.published(AlertCreated, { where: ({ subject }) => subject === answer.body.id });
  expect(event.data.alert).toEqual(stored.body);
});

test('the same alert again is one more occurrence and no new event', async () => {
  const again = { ...body, title: 'Seen twice' };
  const first = await service.call(CreateAlert, { body: again });
  const second = await service.call(CreateAlert, { body: again });
  expect(second.body).toEqual({ ...first.body, occurrences: 2, deduplicated: true });
  await service.call(CreateAlert, { body: { ...body, title: 'A later one' } });
  const events = await service.published(AlertCreated, {
    where: ({ data }) => ['Seen twice', 'A later one'].includes(data.alert.title),
    count: 2,
  });
  expect(events.map(({ data }) => data.alert.title)).toEqual(['Seen twice', 'A later one']);
});

test('a fingerprint of the client decides what is the same, per tenant', async () => {
  const sameToUs = { title: 'One', severity: 'low', fingerprint: 'ticket-17' };
  const first = await service.call(CreateAlert, { body: sameToUs });
  const second = await service.call(CreateAlert, { body: { ...sameToUs, title: 'Another' } });
  expect(second.body).toMatchObject({ id: first.body.id, fingerprint: 'ticket-17', deduplicated: true });
  const elsewhere = await service.call(CreateAlert, { body: sameToUs, token: service.tokens.otherTenantAdmin });
  expect(elsewhere.body).toMatchObject({ occurrences: 1, deduplicated: false });
});

test('concurrent posts of one alert are one alert, each counted', async () => {
  const same = { title: 'A storm', severity: 'medium' };
  const answers = await Promise.all(Array.from({ length: 40 }, () => service.call(CreateAlert, { body: same })));
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(answers.map((answer) => answer.body.occurrences).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
});

test('an observable that is not of its type is refused by name', async () => {
  const { status, problem } = await service.call(CreateAlert, {
    body: { title: 'x', severity: 'low', observables: [{ type: 'sha256', value: 'abc' }] },
  });
  expect(status).toBe(400);
  expect(problem?.errors).toEqual([{ path: 'body.observables.0.value', message: 'no sha256' }]);
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'key 1' };
  const keyed = { title: 'Sent with a key', severity: 'low' };

  test('answers the same request as the first time, without counting it again', async () => {
    const first = await service.call(CreateAlert, { body: keyed, headers });
    const second = await service.call(CreateAlert, { body: keyed, headers });
    expect([second.status, second.body]).toEqual([201, first.body]);
    const [together, again] = await Promise.all(
      [1, 2].map(() => service.call(CreateAlert, { body: keyed, headers: { 'idempotency-key': 'key 2' } })),
    );
    expect(together?.body).toEqual(again?.body);
    expect(together?.body.occurrences).toBe(2);
  });

  test('refuses another request', async () => {
    await service.call(CreateAlert, { body: keyed, headers });
    const answer = await service.call(CreateAlert, { body: { ...keyed, title: 'Something else' }, headers });
    expect([answer.status, answer.problem?.code]).toEqual([422, 'idempotency.key_reused']);
  });

  test('of another tenant is another key', async () => {
    const answer = await service.call(CreateAlert, {
      body: { ...keyed, title: 'Theirs' },
      headers,
      token: service.tokens.otherTenantAdmin,
    });
    expect(answer.status).toBe(201);
  });

  test('that is no key is refused', async () => {
    const answer = await service.call(CreateAlert, { body: keyed, headers: { 'idempotency-key': 'x'.repeat(256) } });
    expect(answer.problem?.errors?.map(({ path }) => path)).toEqual(['headers.idempotency-key']);
  });
});

describe('hostile input', () => {
  const naughty = sharedData('11-robustness/naughty-strings.json');
  const documents = sharedData('11-robustness/json-parsing.ndjson');

  test.skipIf(naughty === undefined)('naughty strings in every text field never break anything', async () => {
    // The file is a list of strings.
    const strings = JSON.parse(readFileSync(naughty ?? '', 'utf8')) as readonly string[];
    const answers = await Promise.all(
      strings.flatMap((text) =>
        [
          { ...body, title: text },
          { ...body, description: text, ruleId: text, ruleName: text, externalId: text },
          { ...body, source: text },
          { ...body, severity: text },
          { ...body, occurredAt: text },
          { ...body, fingerprint: text, tactics: [text], techniques: [text], tags: [text] },
          ...['host', 'user', 'process', 'url', 'domain', 'email', 'ip', 'md5'].map((type) => ({
            ...body,
            observables: [{ type, value: text, role: text }],
          })),
          { ...body, [text]: text },
        ].map((one) => service.call(CreateAlert, { body: one })),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 400]));
  });

  test.skipIf(documents === undefined)('what is not JSON is refused with 400, what is JSON never breaks', async () => {
    const lines = readFileSync(documents ?? '', 'utf8')
      .trim()
      .split('\n');
    for (const line of lines) {
      // As its SOURCE.md tells.
      const { name, base64 } = JSON.parse(line) as { readonly name: string; readonly base64: string };
      const { status } = await service.call(CreateAlert, { body: Buffer.from(base64, 'base64') });
      expect([name, status]).toEqual([name, 400]);
    }
  });
});
