import { AlertCreated } from '@soc/contracts';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import { GetAlert } from '@soc/contracts/alert/queries';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { readFileSync } from 'node:fs';
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
