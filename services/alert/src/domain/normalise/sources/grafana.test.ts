import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const alert = {
  status: 'firing',
  labels: { alertname: 'High latency', severity: 'warning', host: 'db-1', grafana_folder: 'Databases' },
  annotations: { summary: 'Latency on db-1', description: 'p99 over 2 s, caused by 192.0.2.44' },
  startsAt: '2025-06-02T12:00:00+02:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'https://grafana.corp.example/alerting/grafana/abc/view',
  fingerprint: '9f1d',
  silenceURL: 'https://grafana.corp.example/alerting/silence/new',
  values: { A: 2.31 },
  valueString: "[ var='A' value=2.31 ]",
};
const envelope = (one: unknown): unknown => ({
  receiver: 'soc',
  status: 'firing',
  orgId: 1,
  alerts: [one],
  title: '[FIRING:1] High latency',
  state: 'alerting',
  version: '1',
});

const legacy = {
  dashboardId: 1,
  evalMatches: [{ value: 100, metric: 'High value', tags: null }],
  message: 'Disk is filling up',
  orgId: 1,
  ruleId: 7,
  ruleName: 'Disk usage',
  ruleUrl: 'https://grafana.corp.example/d/1',
  state: 'alerting',
  tags: { severity: 'critical' },
  title: '[Alerting] Disk usage',
};

describe('grafana', () => {
  it('an alert of a notification has its own name, severity and time, not those of the group', () => {
    const read = normaliseOne('grafana', envelope(alert));
    expect(read).toMatchObject({
      title: 'High latency',
      severity: 'medium',
      tags: ['Databases'],
      occurredAt: '2025-06-02T10:00:00.000Z',
      resolved: false,
    });
    expect(observableTexts(read)).toEqual(['host db-1', 'ip 192.0.2.44']);
  });

  it('firing and resolved are the same alert, and resolved says it is over', () => {
    const resolved = envelope({ ...alert, status: 'resolved', endsAt: '2025-06-02T13:00:00+02:00' });
    expect(normaliseOne('grafana', resolved).resolved).toBe(true);
    expect(fingerprintsOf('grafana', resolved)).toEqual(fingerprintsOf('grafana', envelope(alert)));
  });

  it('the legacy notification is read, and its state is not part of the fingerprint', () => {
    expect(normaliseOne('grafana', legacy)).toMatchObject({
      title: 'Disk usage',
      description: 'Disk is filling up',
      severity: 'critical',
      ruleId: '7',
      resolved: false,
    });
    const ok = { ...legacy, state: 'ok', title: '[OK] Disk usage', evalMatches: [] };
    expect(normaliseOne('grafana', ok).resolved).toBe(true);
    expect(fingerprintsOf('grafana', ok)).toEqual(fingerprintsOf('grafana', legacy));
  });

  it('a title that tells the state identifies the alert by what follows', () => {
    const alerting = { title: '[Alerting] CPU', state: 'alerting' };
    expect(fingerprintsOf('grafana', alerting)).toEqual(fingerprintsOf('grafana', { title: '[OK] CPU', state: 'ok' }));
    expect(fingerprintsOf('grafana', alerting)).not.toEqual(
      fingerprintsOf('grafana', { title: '[OK] RAM', state: 'ok' }),
    );
  });
});
