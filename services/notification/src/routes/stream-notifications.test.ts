import { connect } from 'node:net';
import { once } from 'node:events';
import { AlertCreated, IncidentCreated, IncidentUpdated, ResponseCompleted, uuidv7 } from '@soc/contracts';
import { LiveEvent, StreamNotifications } from '@soc/contracts/notification/live';
import { exampleAlert, exampleIncident, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { notificationService } from '../app.ts';
import { addRule, addWebhook, testEnv } from '../arrangement.fixture.ts';
import { startHttpReceiver } from '../http-receiver.fixture.ts';

interface Frame {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService(notificationService, { env: testEnv });
});
afterAll(() => service.close());

const frameOf = (text: string): Frame => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  return { id: field('id'), event: field('event'), data: field('data') };
};

/** Opens a stream and gathers what comes, until the test ends. */
async function listen(of: TestService, options: { token?: string; lastEventId?: string } = {}) {
  const hangUp = new AbortController();
  onTestFinished(() => hangUp.abort());
  const response = await fetch(`${of.url}${StreamNotifications.url}`, {
    headers: {
      authorization: `Bearer ${options.token ?? of.tokens.viewer}`,
      ...(options.lastEventId !== undefined && { 'last-event-id': options.lastEventId }),
    },
    signal: hangUp.signal,
  });
  const frames: Frame[] = [];
  let hasEnded = false;
  const gather = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop() ?? '';
      frames.push(...parts.map(frameOf).filter(({ event }) => event !== undefined));
    }
  };
  gather()
    .catch(() => undefined) // the test hangs up
    .finally(() => (hasEnded = true));
  return { response, frames, hangUp: () => hangUp.abort(), hasEnded: () => hasEnded };
}

const newIncident = (fields: Parameters<typeof exampleIncident>[0] = {}) =>
  exampleIncident({ id: uuidv7(Date.now()), ...fields });
const openIncident = async (tenantId = 'default') => {
  const incident = newIncident({ tenantId });
  await service.emit(IncidentCreated, { incident, alertIds: [], reasons: [] }, { tenantId });
  return incident.id;
};
const eventsOf = (frames: readonly Frame[]) => frames.map(({ data }) => LiveEvent.parse(JSON.parse(data ?? '')));
const subjects = (frames: readonly Frame[]): string[] => eventsOf(frames).map(({ subject }) => subject);

test('what happens in the tenant arrives at once, and nothing of another tenant', async () => {
  const receiver = await startHttpReceiver();
  onTestFinished(receiver.close);
  await addRule(service, [await addWebhook(service, receiver.url)], { events: ['incident.updated'] });
  const { response, frames } = await listen(service);
  expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no-store',
  ]);
  await openIncident('other');
  const [incident, low, high] = [newIncident(), exampleAlert({ severity: 'low' }), exampleAlert({ severity: 'high' })];
  await service.emit(AlertCreated, { alert: low });
  await service.emit(AlertCreated, { alert: high });
  await service.emit(IncidentCreated, { incident, alertIds: [], reasons: [] });
  await waitFor(() => frames.length === 2);
  await service.emit(IncidentUpdated, { incident, changed: ['status', 'severity'], addedAlertIds: [] });
  await service.emit(ResponseCompleted, {
    runId: uuidv7(Date.now()),
    playbookId: 'block-address',
    playbookName: 'Block address',
    incidentId: incident.id,
    outcome: 'failed',
    detail: '',
    stepsExecuted: 1,
    dryRun: false,
    startedAt: '2026-03-01T10:00:00Z',
    endedAt: '2026-03-01T10:00:05Z',
  });
  await waitFor(() => frames.length === 5);
  const events = eventsOf(frames);
  expect(events.map(({ type }) => type).toSorted()).toEqual([
    'alert.created',
    'incident.created',
    'incident.updated',
    'notification.sent',
    'response.completed',
  ]);
  expect(frames.map(({ event }) => event)).toEqual(events.map(({ type }) => type));
  expect(events.find(({ type }) => type === 'incident.updated')).toMatchObject({
    subject: incident.id,
    severity: 'high',
    facts: { status: 'open', alertCount: 2, changed: 'status,severity' },
  });
  expect(events.find(({ type }) => type === 'notification.sent')?.facts).toMatchObject({ outcome: 'delivered' });
});

test('who comes back gets what was missed, once and in order, and then what is new', async () => {
  const first = await listen(service);
  const seen = await openIncident();
  await waitFor(() => subjects(first.frames).includes(seen));
  first.hangUp();
  const missed: string[] = [];
  const elsewhere = await listen(service);
  for (let count = 0; count < 5; count++) missed.push(await openIncident());
  await waitFor(() => elsewhere.frames.length === 5);
  const back = await listen(service, { lastEventId: first.frames.at(-1)?.id ?? '' });
  missed.push(await openIncident());
  await waitFor(() => back.frames.length === 6);
  expect(subjects(back.frames).toSorted()).toEqual(missed.toSorted());
  expect(back.frames.map(({ id }) => id)).toEqual(elsewhere.frames.map(({ id }) => id));
});

test('who was away longer than entries are kept is told so', async () => {
  const { frames } = await listen(service, { lastEventId: '1000-0' });
  await waitFor(() => frames.length > 0);
  expect(frames[0]).toMatchObject({ event: 'gap', id: undefined });
});

test('every replica shows what any of them has learnt', async () => {
  const second = await startTestService(notificationService, { env: { ...service.env, INSTANCE_ID: 'second' } });
  onTestFinished(() => second.close());
  const streams = [await listen(service), await listen(second)];
  const ids = await Promise.all(Array.from({ length: 20 }, () => openIncident()));
  for (const { frames } of streams) {
    await waitFor(() => ids.every((id) => subjects(frames).includes(id)));
    expect(frames).toHaveLength(20);
  }
});

test('an instance serves so many streams and no more, and has room again when one leaves', async () => {
  const small = await startTestService(notificationService, { env: { ...testEnv, NOTIFICATION_MAX_STREAMS: '1' } });
  onTestFinished(() => small.close());
  const first = await listen(small);
  const { status, problem, headers } = await small.call(StreamNotifications);
  expect([status, problem?.code, headers['retry-after']]).toEqual([503, 'notification.too_many_streams', '5']);
  first.hangUp();
  await waitFor(async () => (await listen(small)).response.status === 200);
});

test('a stream ends in good order when it is old, so that the client shows a fresh token', async () => {
  const env = { ...testEnv, NOTIFICATION_STREAM_MAX_AGE_S: '1' };
  const shortLived = await startTestService(notificationService, { env });
  onTestFinished(() => shortLived.close());
  const { status, raw } = await shortLived.call(StreamNotifications, { token: shortLived.tokens.viewer });
  expect([status, raw.toString()]).toEqual([200, 'retry: 3000\n\n']);
});

test('a stop ends the streams, also of a client that no longer reads', async () => {
  const stopping = await startTestService(notificationService, { env: testEnv });
  const { port, hostname } = new URL(stopping.url);
  const stalled = connect(Number(port), hostname);
  onTestFinished(() => void stalled.destroy());
  stalled.on('error', () => undefined); // it is cut off
  const { url } = StreamNotifications;
  stalled.write(`GET ${url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${stopping.tokens.viewer}\r\n\r\n`);
  await once(stalled, 'data');
  stalled.pause();
  const { hasEnded } = await listen(stopping);
  const startedAt = performance.now();
  await stopping.close();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  await waitFor(hasEnded);
});

test('while Redis fails there is no stream, and that is said', async () => {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  await redis.set(`${service.env['REDIS_PREFIX']}:notification:live:other`, 'not a stream');
  const { status, problem } = await service.call(StreamNotifications, { token: service.tokens.otherTenantAdmin });
  expect([status, problem?.code]).toEqual([503, 'notification.stream_unavailable']);
});
