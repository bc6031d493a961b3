import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

/** The default body of the webhooks integration. */
const monitor = {
  id: '4612345678901234567',
  last_updated: '1748858400000',
  event_type: 'query_alert_monitor',
  title: '[Triggered on {host:web-1}] CPU is high',
  date: '1748858400000',
  org: { id: '11', name: 'Corp' },
  body: 'CPU of web-1 is over 95 %',
};

const signal = {
  id: 'AQAAAYnaCI9f',
  type: 'signal',
  attributes: {
    message: 'Login from 203.0.113.9',
    tags: ['source:okta', 'tactic:TA0001-initial-access', 'technique:T1078-valid-accounts', 'host:sso-1'],
    timestamp: '2025-06-02T10:00:00.000Z',
    custom: {
      title: 'Impossible travel',
      severity: 'high',
      workflow: { rule: { id: 'def-000-abc', name: 'Impossible travel observed' } },
      usr: { id: 'ann', email: 'ann@corp.example' },
      network: { client: { ip: '203.0.113.9' } },
    },
  },
};

describe('datadog', () => {
  it('the default body of a monitor has its title and its time in milliseconds', () => {
    expect(normaliseOne('datadog', monitor)).toMatchObject({
      title: '[Triggered on {host:web-1}] CPU is high',
      description: 'CPU of web-1 is over 95 %',
      severity: 'medium',
      externalId: '4612345678901234567',
      occurredAt: '2025-06-02T10:00:00.000Z',
      resolved: false,
    });
  });

  it('the state in the title tells that it is over, and is not part of the fingerprint', () => {
    const recovered = { ...monitor, id: '4612345678901234999', title: '[Recovered on {host:web-1}] CPU is high' };
    expect(normaliseOne('datadog', recovered).resolved).toBe(true);
    expect(fingerprintsOf('datadog', recovered)).toEqual(fingerprintsOf('datadog', monitor));
    const other = { ...monitor, title: '[Triggered on {host:web-1}] Memory is high' };
    expect(fingerprintsOf('datadog', other)).not.toEqual(fingerprintsOf('datadog', monitor));
  });

  it('the variables of a monitor tell its id, host, tags and priority', () => {
    const payload = {
      ...monitor,
      alert_id: '777',
      alert_transition: 'Triggered',
      alert_priority: 'P2',
      hostname: 'Web-1',
      tags: 'env:prod,host:web-1,src_ip:192.0.2.8',
    };
    const alert = normaliseOne('datadog', payload);
    expect(alert).toMatchObject({
      severity: 'high',
      ruleId: '777',
      tags: ['env:prod', 'host:web-1', 'src_ip:192.0.2.8'],
    });
    expect(observableTexts(alert)).toEqual(['host web-1', 'source ip 192.0.2.8']);
    const recovered = { ...payload, id: '9', title: '[Recovered] CPU is high', alert_transition: 'Recovered' };
    expect(normaliseOne('datadog', recovered).resolved).toBe(true);
    expect(fingerprintsOf('datadog', recovered)).toEqual(fingerprintsOf('datadog', payload));
  });

  it('a security signal has its rule, its techniques and the people and addresses in it', () => {
    const alert = normaliseOne('datadog', signal);
    expect(alert).toMatchObject({
      title: 'Impossible travel',
      severity: 'high',
      ruleId: 'def-000-abc',
      ruleName: 'Impossible travel observed',
      tactics: ['initial-access'],
      techniques: ['T1078'],
      occurredAt: '2025-06-02T10:00:00.000Z',
    });
    expect(observableTexts(alert)).toEqual([
      'source ip 203.0.113.9',
      'user ann',
      'email ann@corp.example',
      'host sso-1',
    ]);
  });
});
