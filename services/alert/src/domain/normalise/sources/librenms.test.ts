import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne } from '../normalise-one.fixture.ts';

const alert = {
  title: 'Alert for device 192.0.2.60 - Devices up/down',
  hostname: '192.0.2.60',
  sysName: 'core-switch',
  device_id: '2',
  alert_id: '26',
  rule_id: '13',
  id: '37',
  uid: '40',
  severity: 'critical',
  name: 'Devices up/down',
  timestamp: '2025-06-02 11:01:41',
  state: '1',
  msg: 'Device is down',
};

describe('librenms', () => {
  it('state 1 is an alert, state 0 its end, under one fingerprint', () => {
    expect(normaliseOne('librenms', alert)).toMatchObject({
      severity: 'critical',
      ruleId: '13',
      ruleName: 'Devices up/down',
      externalId: '26',
      occurredAt: '2025-06-02T11:01:41.000Z',
      resolved: false,
    });
    const recovered = { ...alert, title: 'Device 192.0.2.60 recovered', severity: 'ok', state: 0, id: '38', uid: '41' };
    expect(normaliseOne('librenms', recovered)).toMatchObject({ severity: 'informational', resolved: true });
    expect(fingerprintsOf('librenms', recovered)).toEqual(fingerprintsOf('librenms', alert));
  });
});
