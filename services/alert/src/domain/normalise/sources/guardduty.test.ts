import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const finding = {
  schemaVersion: '2.0',
  accountId: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
  id: '60baffd3f9042e38640f2300d5c5a631',
  arn: 'arn:aws:guardduty:eu-west-1:123456789012:detector/1/finding/60baffd3f9042e38640f2300d5c5a631',
  type: 'UnauthorizedAccess:EC2/MaliciousIPCaller.Custom',
  resource: {
    resourceType: 'Instance',
    instanceDetails: {
      instanceId: 'i-11111111',
      networkInterfaces: [{ privateIpAddress: '10.0.0.1', publicIp: '203.0.113.61' }],
    },
  },
  service: {
    serviceName: 'guardduty',
    action: {
      actionType: 'NETWORK_CONNECTION',
      networkConnectionAction: { remoteIpDetails: { ipAddressV4: '198.51.100.5' }, protocol: 'TCP' },
    },
    eventFirstSeen: '2025-06-02T09:00:00Z',
    eventLastSeen: '2025-06-02T10:00:00Z',
    archived: false,
    count: 3,
  },
  severity: 5.3,
  createdAt: '2025-06-02T09:05:00.000Z',
  updatedAt: '2025-06-02T10:05:00.000Z',
  title: 'EC2 instance i-11111111 is communicating with a disallowed IP address.',
  description: 'EC2 instance i-11111111 is communicating with a disallowed IP address 198.51.100.5.',
};
const byEventBridge = {
  version: '0',
  id: 'd9f2',
  'detail-type': 'GuardDuty Finding',
  source: 'aws.guardduty',
  account: '123456789012',
  time: '2025-06-02T10:05:10Z',
  region: 'eu-west-1',
  resources: [],
  detail: finding,
};

/** As the API answers: every key begins with a capital. */
const pascal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [`${key.charAt(0).toUpperCase()}${key.slice(1)}`, pascal(inner)]),
  );
};

describe('guardduty', () => {
  it('a finding by EventBridge has its type, band of severity, time and both ends', () => {
    const alert = normaliseOne('guardduty', byEventBridge);
    expect(alert).toMatchObject({
      title: 'EC2 instance i-11111111 is communicating with a disallowed IP address.',
      severity: 'medium',
      ruleId: 'UnauthorizedAccess:EC2/MaliciousIPCaller.Custom',
      externalId: '60baffd3f9042e38640f2300d5c5a631',
      tactics: ['initial-access'],
      occurredAt: '2025-06-02T10:00:00.000Z',
    });
    expect(observableTexts(alert)).toEqual([
      'host i-11111111',
      'host ip 10.0.0.1',
      'host ip 203.0.113.61',
      'remote ip 198.51.100.5',
    ]);
  });

  it('by EventBridge, bare and as the API answers it, a finding is the same alert', () => {
    const alert = normaliseOne('guardduty', byEventBridge);
    expect(normaliseOne('guardduty', finding)).toEqual({ ...alert, fingerprintParts: expect.anything() });
    expect(normaliseOne('guardduty', pascal(finding))).toEqual({ ...alert, fingerprintParts: expect.anything() });
    expect(fingerprintsOf('guardduty', finding)).toEqual(fingerprintsOf('guardduty', byEventBridge));
    expect(fingerprintsOf('guardduty', pascal(finding))).toEqual(fingerprintsOf('guardduty', byEventBridge));
  });

  it.each([
    [2, 'low'],
    [4, 'medium'],
    [8, 'high'],
    [9.1, 'critical'],
  ])('severity %d is %s', (severity, expected) => {
    expect(normaliseOne('guardduty', { ...finding, severity }).severity).toBe(expected);
  });

  it('repetitions keep the fingerprint, and archiving ends the alert', () => {
    const service = { ...finding.service, count: 9, eventLastSeen: '2025-06-02T12:00:00Z', archived: true };
    expect(normaliseOne('guardduty', { ...finding, service }).resolved).toBe(true);
    expect(fingerprintsOf('guardduty', { ...finding, service })).toEqual(fingerprintsOf('guardduty', finding));
  });

  it('a DNS finding has the domain that was asked for', () => {
    const service = { action: { actionType: 'DNS_REQUEST', dnsRequestAction: { domain: 'C2.example' } } };
    const alert = normaliseOne('guardduty', { ...finding, type: 'Backdoor:EC2/C&CActivity.B!DNS', service });
    expect(observableTexts(alert)).toContain('query domain c2.example');
    expect(alert.tactics).toEqual(['command-and-control']);
  });
});
