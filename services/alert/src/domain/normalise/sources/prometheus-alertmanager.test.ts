import { describe, expect, it } from 'vitest';
import { normaliseWebhook } from '../normalise.ts';
import { fingerprintsOf, normaliseAll, normaliseOne, observableTexts, receivedAt } from '../normalise-one.fixture.ts';

const firing = {
  status: 'firing',
  labels: { alertname: 'DiskFull', severity: 'critical', instance: 'Node-1.corp.example:9100', job: 'node' },
  annotations: { summary: 'Disk of node-1 is full', description: 'Only 2 % left' },
  startsAt: '2025-06-02T08:00:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.corp.example/graph',
  fingerprint: 'c4a3b2f1',
};
const resolved = { ...firing, status: 'resolved', endsAt: '2025-06-02T09:00:00Z' };

const envelope = (alerts: readonly unknown[]): unknown => ({
  version: '4',
  groupKey: '{}:{alertname="DiskFull"}',
  status: 'firing',
  receiver: 'soc',
  groupLabels: { alertname: 'DiskFull' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager.corp.example',
  alerts,
});

describe('prometheus-alertmanager', () => {
  it('every element of a group is an alert of its own', () => {
    const other = { ...firing, labels: { ...firing.labels, instance: 'node-2:9100', severity: 'warning' } };
    const alerts = normaliseAll('prometheus-alertmanager', envelope([firing, other]));
    expect(alerts.map(({ severity, observables: [host] }) => [severity, host?.value])).toEqual([
      ['critical', 'node-1.corp.example'],
      ['medium', 'node-2'],
    ]);
  });

  it('an alert has its name, its annotations and the time it began', () => {
    const alert = normaliseOne('prometheus-alertmanager', envelope([firing]));
    expect(alert).toMatchObject({
      title: 'DiskFull',
      description: 'Only 2 % left',
      ruleName: 'DiskFull',
      externalId: 'c4a3b2f1',
      tags: ['node'],
      occurredAt: '2025-06-02T08:00:00.123Z',
      resolved: false,
    });
    expect(observableTexts(alert)).toEqual(['host node-1.corp.example']);
  });

  it('firing and resolved are the same alert, and resolved says it is over', () => {
    expect(normaliseOne('prometheus-alertmanager', envelope([resolved])).resolved).toBe(true);
    expect(fingerprintsOf('prometheus-alertmanager', resolved)).toEqual(
      fingerprintsOf('prometheus-alertmanager', firing),
    );
  });

  it('the order of labels does not matter to the fingerprint, their values do', () => {
    const reordered = { ...firing, labels: Object.fromEntries(Object.entries(firing.labels).toReversed()) };
    const [fingerprint] = fingerprintsOf('prometheus-alertmanager', firing);
    expect(fingerprintsOf('prometheus-alertmanager', reordered)).toEqual([fingerprint]);
    const elsewhere = { ...firing, labels: { ...firing.labels, instance: 'node-2:9100' } };
    expect(fingerprintsOf('prometheus-alertmanager', elsewhere)).not.toEqual([fingerprint]);
  });

  it('a group without alerts is refused with the fields that were missed', () => {
    const result = normaliseWebhook('prometheus-alertmanager', envelope([]), { receivedAt });
    expect(result).toEqual({ ok: false, refusal: expect.stringContaining('labels.alertname') });
  });
});
