import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { ServiceName } from '@soc/contracts';
import { GetIncident, ListIncidents } from '@soc/contracts/alert/incidents';
import { CreateAlert, ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { GetAlert, ListAlerts } from '@soc/contracts/alert/queries';
import { GetIncidentTimeline } from '@soc/contracts/alert/timeline';
import { GetOverview } from '@soc/contracts/analytics/queries';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { CreateChannel } from '@soc/contracts/notification/channels';
import { CreateNotificationRule } from '@soc/contracts/notification/rules';
import { ImportPlaybook } from '@soc/contracts/response/playbooks';
import { GetRun, ListRuns } from '@soc/contracts/response/runs';
import { CreateTrigger } from '@soc/contracts/response/triggers';
import { Search } from '@soc/contracts/storage/search';
import { sharedData, startTraceCollector, type TraceCollector, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containmentPlaybook } from '../support/containment-playbook.ts';
import { linesOf, vendorPayloads } from '../support/real-inputs.ts';
import { type Mailbox, type Receiver, startMailbox, startReceiver } from '../support/receivers.ts';
import { joinRunningFleet, type JoinedFleet, runningFleetAddress } from '../support/running-fleet.ts';
import { startTestFleet } from '../support/test-fleet.ts';
import { describeTrace, tracingOf } from '../support/traces.ts';

const WEBHOOK_KEY = Buffer.alloc(32, 7);
const BY = { deadlineMs: 30_000, everyMs: 200 };

let mailbox: Mailbox;
let receiver: Receiver;
let collector: TraceCollector;
let started: JoinedFleet;

beforeAll(async () => {
  mailbox = await startMailbox(runningFleetAddress);
  receiver = await startReceiver(runningFleetAddress);
  collector = await startTraceCollector();
  started =
    (await joinRunningFleet()) ??
    (await startTestFleet({
      env: tracingOf(collector, {
        notification: { NOTIFICATION_ALLOW_PRIVATE: 'true' },
        response: { RESPONSE_ALLOWED_HOSTS: `${receiver.host}:${receiver.port}` },
      }),
    }));
  await tellPeople(started);
  await answerWithPlaybook(started);
});
afterAll(async () => {
  await started.close();
  await Promise.all([mailbox.close(), receiver.close(), collector.close()]);
});

async function tellPeople({ client }: JoinedFleet): Promise<void> {
  const email = await client.call(CreateChannel, {
    body: {
      kind: 'email',
      name: 'on call',
      settings: {
        host: receiver.host,
        port: mailbox.port,
        security: 'none',
        from: 'soc@corp.example',
        to: ['oncall@corp.example'],
      },
    },
  });
  const secret = `whsec_${WEBHOOK_KEY.toString('base64')}`;
  const webhook = await client.call(CreateChannel, {
    body: { kind: 'webhook', name: 'ticketing', settings: { url: `${receiver.url}/hook`, secret } },
  });
  await client.call(CreateNotificationRule, {
    body: {
      name: 'incidents',
      events: ['incident.created'],
      minSeverity: 'informational',
      channelIds: [email.id, webhook.id],
    },
  });
}

async function answerWithPlaybook({ client }: JoinedFleet): Promise<void> {
  const playbook = await client.call(ImportPlaybook, { body: containmentPlaybook(receiver) });
  await client.call(CreateTrigger, { body: { name: 'contain', playbookId: playbook.id, on: 'incident.created' } });
}

test('all nine services are healthy', async () => {
  const health = await started.client.call(GetServicesHealth);
  expect(health.status).toBe('ok');
  expect(health.services.map(({ service }) => service).toSorted()).toEqual(ServiceName.options.toSorted());
});

// A fleet that ran before sends its traces elsewhere.
test.skipIf(runningFleetAddress !== undefined)(
  'one alert is one trace, from the gateway through the database and the bus to whoever hears of it',
  async () => {
    const traceId = 'a1'.repeat(16);
    const headers = { traceparent: `00-${traceId}-${'c1'.repeat(8)}-01`, tracestate: 'vendor=1' };
    const body = {
      title: 'secret-title',
      severity: 'high' as const,
      source: 'secret-source',
      description: 'secret-text',
    };
    await started.client.call(CreateAlert, { body, headers });
    const hearers = ['ai', 'analytics', 'intel'];
    const spans = () => collector.spans().filter((span) => span.traceId === traceId);
    const { lineOf, text } = await waitFor(() => {
      const trace = describeTrace(spans());
      // Each service sends its spans when it comes to it.
      const isWhole =
        trace.isHandledBy('alert', 'analysis.completed') &&
        hearers.every((service) => trace.isHandledBy(service, 'alert.created')) &&
        trace.lineOf('alert', 'insert alert.alerts').length > 0;
      return isWhole && trace;
    }, BY);
    const accepted = ['client', 'gateway: POST /api/v1/alerts', 'alert: POST /api/v1/alerts'];
    expect(lineOf('alert', 'insert alert.alerts')).toEqual([
      ...accepted,
      'alert: batch',
      'alert: transaction',
      'alert: insert alert.alerts',
    ]);
    const published = [...accepted, 'alert: publish alert.created'];
    for (const service of hearers) {
      expect(lineOf(service, 'handle alert.created')).toEqual([...published, `${service}: handle alert.created`]);
    }
    expect(lineOf('alert', 'handle analysis.completed')).toEqual([
      ...published,
      'ai: handle alert.created',
      'ai: publish analysis.completed',
      'alert: handle analysis.completed',
    ]);
    expect(spans().every(({ traceState }) => traceState === 'vendor=1')).toBe(true);
    expect(text).not.toContain('secret');
    expect(text).not.toContain(started.client.accessToken.slice(-20));
    // Nothing else was sampled.
    expect(new Set(collector.spans().map((span) => span.traceId))).toEqual(new Set([traceId]));
  },
);

describe.skipIf(!sharedData('07-vendor-alerts'))('the payloads of seven vendors', () => {
  test('become alerts with a title, and one more occurrence when they come again', async () => {
    const { client } = started;
    for (const { source, body } of vendorPayloads(sharedData('07-vendor-alerts') ?? '')) {
      const first = await client.call(ReceiveWebhook, { params: { source }, body });
      expect(first.rejected).toEqual([]);
      expect(first.alerts.length).toBeGreaterThan(0);
      const again = await client.call(ReceiveWebhook, { params: { source }, body });
      expect(again.alerts.map(({ id }) => id)).toEqual(first.alerts.map(({ id }) => id));
      expect(again.alerts.every(({ deduplicated }) => deduplicated)).toBe(true);
      for (const { id } of first.alerts) {
        const alert = await client.call(GetAlert, { params: { id } });
        expect(alert.source).toBe(source);
        expect(alert.title.length).toBeGreaterThan(3);
        expect(alert.occurrences).toBeGreaterThanOrEqual(2);
      }
    }
  });
});

describe.skipIf(!sharedData('05-network'))("Suricata's alerts", () => {
  test.each(['honeypot-2018', 'wrccdc-2017'])('of %s keep signature id and text, in order', async (capture) => {
    const folder = sharedData(join('05-network/suricata', capture)) ?? '';
    const body = linesOf(join(folder, 'eve-alerts.ndjson')).join('\n');
    const { alerts } = await started.client.call(ReceiveWebhook, { params: { source: 'suricata' }, body });
    const stored = await Promise.all(alerts.map(({ id }) => started.client.call(GetAlert, { params: { id } })));
    expect(stored.map(({ ruleId }) => ruleId)).toEqual(linesOf(join(folder, 'ids-list.txt')));
    const signatures = linesOf(join(folder, 'signature-list.txt')).map((line): unknown => JSON.parse(line));
    expect(stored.map(({ title }) => title)).toEqual(signatures);
  });
});

describe.skipIf(!sharedData('12-scenario-log4shell'))('one intrusion seen by two log sources', () => {
  test('ends in one incident, told in event order', async () => {
    const { client } = started;
    const folder = sharedData('12-scenario-log4shell') ?? '';
    const ids = new Set<string>();
    for (const file of ['sysmon.ndjson', 'securityauditing.ndjson']) {
      const body = linesOf(join(folder, file)).join('\n');
      const { alerts } = await client.call(ReceiveWebhook, { params: { source: 'windows-event' }, body });
      for (const { id } of alerts) ids.add(id);
    }
    const members = await waitFor(async () => {
      const alerts = await Promise.all([...ids].map((id) => client.call(GetAlert, { params: { id } })));
      return alerts.every(({ incidentId }) => incidentId !== null) && alerts;
    }, BY);
    const [incidentId, ...others] = new Set(members.map((alert) => alert.incidentId));
    expect(others).toEqual([]);
    const { items } = await client.call(GetIncidentTimeline, {
      params: { id: incidentId ?? '' },
      query: { limit: '200' },
    });
    const times = items.filter(({ kind }) => kind === 'alert').map(({ at }) => at);
    expect(times.length).toBeGreaterThan(10);
    expect(times).toEqual(times.toSorted());
  });
});

describe('an intrusion on one host', () => {
  const host = 'finance-07.corp.example';
  const alert = (title: string, severity: 'high' | 'critical', minute: number) => ({
    title,
    severity,
    source: 'edr',
    occurredAt: `2026-03-01T10:${String(minute).padStart(2, '0')}:00.000Z`,
    techniques: ['T1059.001'],
    observables: [
      { type: 'host' as const, value: host },
      { type: 'ip' as const, value: '203.0.113.66', role: 'destination' },
    ],
  });

  test('is correlated with its reasons, answered by a playbook, told to people, found and counted', async () => {
    const { client } = started;
    await client.call(CreateAlert, { body: alert('Encoded PowerShell', 'high', 1) });
    await client.call(CreateAlert, { body: alert('Beacon to a known server', 'critical', 9) });

    const listed = await waitFor(
      async () => (await client.call(ListIncidents, { query: { entity: host } })).items[0],
      BY,
    );
    // The list may have come from a server ahead of the replica that is asked next; this client wrote neither.
    const incident = await waitFor(() => client.call(GetIncident, { params: { id: listed.id } }), BY);
    expect(incident).toMatchObject({ severity: 'critical', alertCount: 2 });
    expect(incident.reasons.map(({ entityValue }) => entityValue)).toContain(host);

    const run = await waitFor(async () => {
      const { items } = await client.call(ListRuns, { query: { incidentId: incident.id } });
      return items.find(({ status }) => status === 'succeeded');
    }, BY);
    expect((await client.call(GetRun, { params: { id: run.id } })).steps.length).toBeGreaterThan(0);
    const effects = receiver.requests.filter(({ path, body }) => path === '/isolate' && body.includes(incident.id));
    expect(effects).toHaveLength(1);

    await waitFor(() => mailbox.messages.some((message) => message.includes(incident.id)), BY);
    const hook = await waitFor(
      () => receiver.requests.find(({ path, body }) => path === '/hook' && body.includes(incident.id)),
      BY,
    );
    const signed = `${String(hook.headers['webhook-id'])}.${String(hook.headers['webhook-timestamp'])}.${hook.body}`;
    const signature = createHmac('sha256', WEBHOOK_KEY).update(signed).digest('base64');
    expect(hook.headers['webhook-signature']).toBe(`v1,${signature}`);

    const hits = await waitFor(async () => {
      const { items } = await client.call(Search, { query: { q: host } });
      return (
        items.some(({ kind }) => kind === 'incident') &&
        items.filter(({ kind }) => kind === 'alert').length === 2 &&
        items
      );
    }, BY);
    expect(hits.map(({ id }) => id)).toContain(incident.id);
    expect((await client.call(ListAlerts, { query: { q: 'PowerShell', source: 'edr' } })).items).toHaveLength(1);

    const overview = await waitFor(async () => {
      const figures = await client.call(GetOverview, { query: {} });
      return (
        figures.incidents.total > 0 && figures.responses.total > 0 && figures.notifications.delivered >= 2 && figures
      );
    }, BY);
    expect(overview.alerts.total).toBeGreaterThanOrEqual(2);
  });
});
