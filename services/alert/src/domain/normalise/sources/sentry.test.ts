import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const event = {
  event_id: 'e4874d664c3540c1a32eab185f12c5ab',
  issue_id: '1170820242',
  title: 'ReferenceError: heck is not defined',
  level: 'fatal',
  datetime: '2025-06-02T10:00:00.161Z',
  timestamp: 1748858400.161,
  environment: 'production',
  server_name: 'web-3',
  user: { ip_address: '192.0.2.77', email: 'Ann@Corp.Example' },
  request: { url: 'https://app.corp.example/pay' },
};
const issueAlert = {
  action: 'triggered',
  installation: { uuid: 'a8e5' },
  data: { event, triggered_rule: 'Errors in checkout' },
  actor: { type: 'application', id: 'sentry', name: 'Sentry' },
};

describe('sentry', () => {
  it('an issue alert has the title, level, time and people of its event', () => {
    const alert = normaliseOne('sentry', issueAlert);
    expect(alert).toMatchObject({
      title: 'ReferenceError: heck is not defined',
      severity: 'critical',
      ruleName: 'Errors in checkout',
      externalId: '1170820242',
      occurredAt: '2025-06-02T10:00:00.161Z',
    });
    expect(observableTexts(alert)).toEqual([
      'source ip 192.0.2.77',
      'email ann@corp.example',
      'host web-3',
      'request url https://app.corp.example/pay',
    ]);
  });

  it('another event of the issue is the same alert', () => {
    const again = {
      ...issueAlert,
      data: { event: { ...event, event_id: 'ffff', datetime: '2025-06-03T10:00:00.000Z' } },
    };
    expect(fingerprintsOf('sentry', again)).toEqual(fingerprintsOf('sentry', issueAlert));
  });

  it('an issue is over when it is resolved', () => {
    const issue = {
      id: '1170820242',
      title: 'ReferenceError',
      level: 'error',
      lastSeen: '2025-06-02T10:00:00.000000Z',
    };
    const created = { action: 'created', data: { issue: { ...issue, status: 'unresolved' } } };
    const resolved = { action: 'resolved', data: { issue: { ...issue, status: 'resolved' } } };
    expect(normaliseOne('sentry', created)).toMatchObject({ severity: 'high', resolved: false });
    expect(normaliseOne('sentry', resolved)).toMatchObject({ severity: 'high', resolved: true });
    expect(fingerprintsOf('sentry', resolved)).toEqual(fingerprintsOf('sentry', created));
  });

  it('a metric alert has the severity of its action', () => {
    const data = {
      metric_alert: {
        id: '5',
        alert_rule: { id: '9', name: 'Failure rate' },
        date_triggered: '2025-06-02T10:00:00.000Z',
      },
      description_title: 'Critical: Failure rate',
      description_text: '12 % of events failed',
    };
    expect(normaliseOne('sentry', { action: 'critical', data })).toMatchObject({
      title: 'Critical: Failure rate',
      description: '12 % of events failed',
      severity: 'critical',
      ruleName: 'Failure rate',
    });
    expect(fingerprintsOf('sentry', { action: 'resolved', data })).toEqual(
      fingerprintsOf('sentry', { action: 'critical', data }),
    );
  });
});
