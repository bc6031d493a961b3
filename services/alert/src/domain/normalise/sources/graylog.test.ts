import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const notification = {
  event_definition_id: '5e7a',
  event_definition_type: 'aggregation-v1',
  event_definition_title: 'Many failed logins',
  event_definition_description: 'More than 20 in 5 minutes',
  event: {
    id: '01JWQ0',
    timestamp: '2025-06-02T10:22:04.556Z',
    message: 'Many failed logins: 203.0.113.9 - count()=21.0',
    source: 'graylog-node-1',
    key_tuple: ['203.0.113.9'],
    key: '203.0.113.9',
    priority: 3,
    alert: true,
    fields: { src_ip: '203.0.113.9', username: 'Ann' },
    group_by_fields: {},
  },
  backlog: [],
};

describe('graylog', () => {
  it('an event has the title of its definition, and the node that made it is no host of the alert', () => {
    const alert = normaliseOne('graylog', notification);
    expect(alert).toMatchObject({
      title: 'Many failed logins',
      severity: 'high',
      ruleId: '5e7a',
      externalId: '01JWQ0',
      occurredAt: '2025-06-02T10:22:04.556Z',
    });
    expect(observableTexts(alert)).toEqual(['source ip 203.0.113.9', 'user ann']);
  });

  it('the fingerprint is the definition and the key, not the event', () => {
    const { event } = notification;
    const again = { ...notification, event: { ...event, id: '01JWQ1', timestamp: '2025-06-02T11:00:00.000Z' } };
    expect(fingerprintsOf('graylog', again)).toEqual(fingerprintsOf('graylog', notification));
    const other = { ...notification, event: { ...event, key: '203.0.113.10', key_tuple: ['203.0.113.10'] } };
    expect(fingerprintsOf('graylog', other)).not.toEqual(fingerprintsOf('graylog', notification));
  });
});
