import {
  AlertCreated,
  AlertUpdated,
  EvidenceStored,
  IncidentCreated,
  IncidentUpdated,
  MetricRecorded,
  NotificationSent,
  ResponseCompleted,
  uuidv7,
} from '@soc/contracts';
import { analyticsEndpoints } from '@soc/contracts/analytics/endpoints';
import { GetKpis, GetOverview, GetTimeseries, GetTop } from '@soc/contracts/analytics/queries';
import {
  coverRefusals,
  exampleAlert,
  exampleIncident,
  startTestService,
  type TestService,
  waitFor,
} from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyticsService } from '../app.ts';

const NOW = new Date('2026-03-02T12:00:00.000Z');
const minutesAgo = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const id = (): string => uuidv7(Date.now());

let service: TestService;

const first = exampleAlert({
  id: id(),
  severity: 'critical',
  ruleName: 'Beacon',
  techniques: ['T1071'],
  receivedAt: minutesAgo(90),
});
const second = exampleAlert({
  id: id(),
  severity: 'low',
  ruleName: 'Scan',
  receivedAt: minutesAgo(30),
  techniques: ['T1046', 'T1071'],
});
const old = exampleAlert({ id: id(), receivedAt: minutesAgo(60 * 48) });
const foreign = exampleAlert({ id: id(), tenantId: 'other', receivedAt: minutesAgo(10) });
const incident = exampleIncident({ id: id(), createdAt: minutesAgo(20), alertCount: 2 });

beforeAll(async () => {
  service = await startTestService(analyticsService, { now: () => NOW });
  const closed = { ...first, version: 4, status: 'closed' as const, verdict: 'false_positive' as const };
  const milestones = { analysedAt: minutesAgo(89), triagedAt: minutesAgo(80), closedAt: minutesAgo(30) };
  // The update overtakes the creation: facts carry versions, so the order does not matter.
  await service.emit(AlertUpdated, { alert: { ...closed, ...milestones }, changed: ['status'] });
  for (const alert of [first, second, old]) await service.emit(AlertCreated, { alert });
  await service.emit(AlertCreated, { alert: foreign }, { tenantId: 'other' });
  await service.emit(IncidentCreated, { incident, alertIds: [first.id, second.id], reasons: [] });
  await service.emit(IncidentUpdated, {
    incident: { ...incident, version: 2, status: 'closed' },
    changed: ['status'],
    addedAlertIds: [],
  });
  await service.emit(ResponseCompleted, {
    runId: id(),
    playbookId: 'p',
    playbookName: 'Contain',
    incidentId: incident.id,
    outcome: 'succeeded',
    detail: '',
    stepsExecuted: 3,
    dryRun: false,
    startedAt: minutesAgo(15),
    endedAt: minutesAgo(14),
  });
  await service.emit(NotificationSent, {
    deliveryId: id(),
    channelId: id(),
    channelKind: 'email',
    aboutType: 'incident.created',
    aboutSubject: incident.id,
    outcome: 'delivered',
    attempts: 1,
    endedAt: minutesAgo(13),
  });
  await service.emit(EvidenceStored, {
    objectId: id(),
    filename: 'memory.dmp',
    sha256: 'a'.repeat(64),
    sizeBytes: 1_234,
    incidentId: incident.id,
    alertId: null,
    storedBy: 'ann',
    storedAt: minutesAgo(12),
  });
  await waitFor(async () => {
    const overviewOf = async (request: Parameters<typeof service.call>[1]) =>
      (await service.call(GetOverview, request)).body;
    const { alerts, incidents, responses, notifications, evidence } = await overviewOf({ query: {} });
    const theirs = await overviewOf({ query: {}, token: service.tokens.otherTenantAdmin });
    const older = await overviewOf({ query: { from: minutesAgo(60 * 72), to: minutesAgo(60 * 24) } });
    const counted = [alerts.total, theirs.alerts.total, older.alerts.total, incidents.byStatus['closed']];
    const done = [responses.total, notifications.delivered, evidence.objects];
    return String([...counted, ...done]) === String([2, 1, 1, 1, 1, 1, 1]);
  });
});
afterAll(() => service.close());

test('the overview counts the last 24 hours of the own tenant', async () => {
  const { status, body } = await service.call(GetOverview, { query: {} });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    alerts: {
      total: 2,
      occurrences: 2,
      bySeverity: { critical: 1, low: 1 },
      byStatus: { closed: 1, new: 1 },
      bySource: { suricata: 2 },
      byVerdict: { false_positive: 1 },
      analysed: 1,
    },
    incidents: { total: 1, open: 0, byStatus: { closed: 1 } },
    responses: { total: 1, byOutcome: { succeeded: 1 } },
    notifications: { delivered: 1, failed: 0 },
    evidence: { objects: 1, sizeBytes: 1_234 },
  });
  const other = await service.call(GetOverview, { query: {}, token: service.tokens.otherTenantAdmin });
  expect(other.body.alerts.total).toBe(1);
});

test('a span asked for is the span answered', async () => {
  const { body } = await service.call(GetOverview, { query: { from: minutesAgo(60 * 72), to: minutesAgo(60 * 24) } });
  expect(body.alerts.total).toBe(1);
  expect(body.span).toEqual({ from: minutesAgo(60 * 72), to: minutesAgo(60 * 24) });
});

test('times to acknowledge and to resolve are measured from arrival, and published once as metrics', async () => {
  const { status, body } = await service.call(GetKpis, { query: {} });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    timeToAcknowledge: { count: 1, meanS: 600, p50S: 600 },
    timeToResolve: { count: 1, meanS: 3_600 },
    timeToAnalyse: { count: 1, meanS: 60 },
    falsePositiveRate: 1,
    alertsPerIncident: 2,
  });
  const metrics = await service.published(MetricRecorded, { count: 2 });
  expect(Object.fromEntries(metrics.map(({ data }) => [data.name, data.value]))).toEqual({
    'alert.time_to_acknowledge_s': 600,
    'alert.time_to_resolve_s': 3_600,
  });
});

test('alerts over time come by bucket and dimension', async () => {
  const { status, body } = await service.call(GetTimeseries, { query: { bucket: 'hour', by: 'severity' } });
  expect(status).toBe(200);
  expect(body.points).toEqual([
    { at: '2026-03-02T10:00:00.000Z', key: 'critical', count: 1 },
    { at: '2026-03-02T11:00:00.000Z', key: 'low', count: 1 },
  ]);
});

test('the top lists name what is behind most alerts', async () => {
  const { status, body } = await service.call(GetTop, { query: { limit: '1' } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    entities: [{ type: 'ip', value: '10.0.0.5', alerts: 2, maxSeverity: 'critical' }],
    techniques: [{ technique: 'T1071', alerts: 2 }],
    rules: [{ source: 'suricata', rule: 'Beacon', alerts: 1 }],
  });
});

test('a span that ends before it begins is refused by name, and so is who may not ask', async () => {
  for (const endpoint of [GetOverview, GetKpis, GetTimeseries, GetTop]) {
    const { status, problem } = await service.call(endpoint, { query: { from: minutesAgo(1), to: minutesAgo(2) } });
    expect(status).toBe(400);
    expect(problem?.errors).toMatchObject([{ path: 'query.to' }]);
  }
  await coverRefusals(service, analyticsEndpoints);
});

test('who waits no longer keeps no statement running', async () => {
  const locked = service.query(
    `do $$ begin lock table analytics.alerts in access exclusive mode; perform pg_sleep(3); end $$`,
  );
  await waitFor(async () => {
    const locks = await service.query(
      `select from pg_locks where relation = 'analytics.alerts'::regclass and mode = 'AccessExclusiveLock' and granted`,
    );
    return locks.length > 0;
  });
  const startedAt = performance.now();
  const { status, problem } = await service.call(GetKpis, { headers: { 'x-request-timeout-ms': '200' } });
  expect([status, problem?.code]).toEqual([504, 'request.deadline_exceeded']);
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  await locked;
});
