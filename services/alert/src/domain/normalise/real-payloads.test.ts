import { readFileSync } from 'node:fs';
import { sharedData } from '@soc/fleet/testing';
import type { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseAll, normaliseOne, receivedAt } from './normalise-one.fixture.ts';

const vendors = sharedData('07-vendor-alerts/keep-mocks');
const network = sharedData('05-network/suricata');
const scenario = sharedData('12-scenario-log4shell');

/** The payloads of a vendor's file: one, or several by name with the values their fields may take. */
function payloadsOf(file: string): readonly Record<string, unknown>[] {
  const document: Record<string, { payload?: Record<string, unknown> }> = JSON.parse(
    readFileSync(`${vendors}/${file}.json`, 'utf8'),
  );
  const named = Object.values(document).flatMap(({ payload }) => (payload ? [payload] : []));
  return named.length > 0 ? named : [document];
}

describe.skipIf(vendors === undefined)('payloads of seven vendors (SOC_SHARED_DATA, 07-vendor-alerts)', () => {
  const untimed = receivedAt.toISOString();

  it.each<[string, WebhookSource, unknown[]]>([
    ['checkmk', 'checkmk', [['CheckMK server1 - DOWN -> UP', 'informational', '2024-10-26T23:20:39.000Z', true]]],
    [
      'cloudwatch',
      'cloudwatch',
      [
        ['HighCPUUsage', 'medium', untimed, false],
        ['HighMemoryUsage', 'high', untimed, false],
        ['APIErrorRate', 'critical', untimed, false],
      ],
    ],
    [
      'grafana',
      'grafana',
      [
        ['High Memory Usage', 'medium', untimed, false],
        ['Network Latency High', 'informational', untimed, false],
      ],
    ],
    ['graylog', 'graylog', [['Event - 1', 'high', '2024-10-24T10:22:04.556Z', false]]],
    [
      'libre_nms',
      'librenms',
      [['Device 10.10.1.147 recovered from Devices up/down', 'informational', '2025-03-04T11:01:41.000Z', true]],
    ],
    [
      'prometheus',
      'prometheus-alertmanager',
      [
        ['CPU usage is over 90%', 'critical', untimed, false],
        ['Message queue is over 33% capacity', 'medium', untimed, false],
        ['Message queue is over 90% capacity', 'critical', untimed, false],
        ['Disk space is below 20%', 'medium', untimed, false],
        ['Network latency is higher than normal for customer_id:acme', 'informational', untimed, false],
      ],
    ],
    [
      'sentry',
      'sentry',
      [
        ['Failed to fetch user profile', 'high', '2024-03-09T13:34:45.873Z', false],
        ['Order submission failed', 'high', '2024-03-09T13:36:25.873Z', false],
        ['Failed to load product catalog', 'high', '2024-03-09T13:38:05.873Z', false],
      ],
    ],
  ])('%s: title, severity, time and state', (file, source, expected) => {
    const alerts = payloadsOf(file).map((payload) => normaliseOne(source, payload));
    expect(alerts.map(({ title, severity, occurredAt, resolved }) => [title, severity, occurredAt, resolved])).toEqual(
      expected,
    );
    const fingerprints = payloadsOf(file).flatMap((payload) => fingerprintsOf(source, payload));
    expect(new Set(fingerprints).size).toBe(expected.length);
    expect(payloadsOf(file).flatMap((payload) => fingerprintsOf(source, payload))).toEqual(fingerprints);
  });

  it.each<[string, WebhookSource, string[][]]>([
    ['checkmk', 'checkmk', [['host server1', 'ip 10.10.0.185']]],
    ['libre_nms', 'librenms', [['ip 10.10.1.147', 'host node']]],
    ['prometheus', 'prometheus-alertmanager', [['host example1'], [], [], [], []]],
    [
      'sentry',
      'sentry',
      [
        ['ip 198.51.100.42', 'user user_8675309', 'url https://api.example.com/users/profile'],
        ['ip 203.0.113.25', 'user user_2468101', 'url https://api.example.com/orders/submit'],
        ['ip 192.0.2.78', 'user user_1357924', 'url https://api.example.com/catalog/products'],
      ],
    ],
    // Their payloads name no host, address or person.
    ['cloudwatch', 'cloudwatch', [[], [], []]],
    ['grafana', 'grafana', [[], []]],
    ['graylog', 'graylog', [[]]],
  ])('%s: who and what the payload names', (file, source, expected) => {
    const alerts = payloadsOf(file).map((payload) => normaliseOne(source, payload));
    expect(alerts.map(({ observables }) => observables.map(({ type, value }) => `${type} ${value}`))).toEqual(expected);
  });

  it('a label that Prometheus gives makes another alert, and its name is the title', () => {
    const [payload] = payloadsOf('prometheus');
    const labels = { ...Object(payload?.['labels']), alertname: 'HighCPUUsage' };
    expect(normaliseOne('prometheus-alertmanager', { ...payload, labels }).title).toBe('HighCPUUsage');
    expect(fingerprintsOf('prometheus-alertmanager', { ...payload, labels })).not.toEqual(
      fingerprintsOf('prometheus-alertmanager', payload),
    );
  });

  it('the same host going down is the alert that its recovery ends', () => {
    const [recovery] = payloadsOf('checkmk');
    const problem = { ...recovery, summary: 'x', event: 'UP -> DOWN', status: 'DOWN', severity: 'CRITICAL', id: '17' };
    expect(fingerprintsOf('checkmk', problem)).toEqual(fingerprintsOf('checkmk', recovery));
  });
});

describe.skipIf(network === undefined)('captures of Suricata (SOC_SHARED_DATA, 05-network)', () => {
  it.each(['honeypot-2018', 'wrccdc-2017'])('%s: every signature, id and text, in order', (capture) => {
    const lines = (file: string) => readFileSync(`${network}/${capture}/${file}`, 'utf8').split('\n').filter(Boolean);
    const events = lines('eve-alerts.ndjson');
    const alerts = normaliseAll('suricata', events.join('\n'));
    expect(alerts.map(({ ruleId }) => ruleId)).toEqual(lines('ids-list.txt'));
    expect(alerts.map(({ title }) => JSON.stringify(title))).toEqual(lines('signature-list.txt'));
    const times = events.map((event) => String(JSON.parse(event).timestamp).replace(/\d{3}(-0600)?$/, '$1'));
    expect(alerts.map(({ occurredAt }) => occurredAt)).toEqual(
      times.map((time) =>
        new Date(time.includes('-0600') ? time.replace('-0600', '-06:00') : `${time}Z`).toISOString(),
      ),
    );
  });
});

describe.skipIf(scenario === undefined)(
  'one intrusion by two Windows logs (SOC_SHARED_DATA, 12-scenario-log4shell)',
  () => {
    const alertsOf = (log: string) => normaliseAll('windows-event', readFileSync(`${scenario}/${log}.ndjson`, 'utf8'));

    it('every event of both logs is an alert about the same host', () => {
      const alerts = [...alertsOf('sysmon'), ...alertsOf('securityauditing')];
      expect(alerts).toHaveLength(526);
      for (const { observables, tags } of alerts) {
        expect(observables).toContainEqual({ type: 'host', value: 'workstation5' });
        expect(tags).not.toContain('unreadable-time');
      }
    });

    it('both logs tell of the same process creation in the same words, and of the connection before it', () => {
      const titles = [...alertsOf('sysmon'), ...alertsOf('securityauditing')]
        .toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1))
        .map(({ title }) => title);
      const [first] = titles;
      expect(first).toBe('Sysmon 3: Network connection (tomcat9.exe)');
      expect(titles).toContain('Sysmon 1: Process creation (powershell.exe)');
      expect(titles).toContain('Security 4688: Process creation (powershell.exe)');
      expect(titles.indexOf('Security 4688: Process creation (powershell.exe)')).toBeGreaterThan(
        titles.indexOf('Security 5156: The Windows Filtering Platform has allowed a connection (tomcat9.exe)'),
      );
    });
  },
);
