import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const entities = [
  { $id: '2', HostName: 'WS-12', DnsDomain: 'corp.example', Type: 'host' },
  { $id: '3', Name: 'ann', UPNSuffix: 'corp.example', NTDomain: 'CORP', Type: 'account' },
  { $id: '4', Address: '198.51.100.7', Type: 'ip' },
  { $id: '5', Url: 'https://login.example/a', Type: 'url' },
  { $id: '6', Algorithm: 'SHA256', Value: 'A'.repeat(64), Type: 'filehash' },
  { $id: '7', DomainName: 'c2.example', Type: 'dns' },
  { $id: '8', ProcessId: '77', CommandLine: 'x', ImageFile: { Name: 'winword.exe' }, Type: 'process' },
  { $id: '9', Recipient: 'ann@corp.example', Sender: 'it@login.example', Type: 'mailMessage' },
];

/** A row of the SecurityAlert table. */
const row = {
  TimeGenerated: '2025-06-02T10:03:00.000Z',
  DisplayName: 'Office application started a script host',
  AlertName: 'Office application started a script host',
  AlertSeverity: 'High',
  Description: 'winword.exe started powershell.exe',
  ProviderName: 'ASI Scheduled Alerts',
  ProductName: 'Azure Sentinel',
  AlertType: 'a1b2_8c3e-rule',
  SystemAlertId: '5f8e-alert',
  StartTime: '2025-06-02T10:00:00.1234567Z',
  EndTime: '2025-06-02T10:01:00Z',
  Status: 'New',
  CompromisedEntity: 'WS-12',
  Tactics: 'InitialAccess, Execution',
  Techniques: '["T1566","T1059"]',
  Entities: JSON.stringify(entities),
  Type: 'SecurityAlert',
};

/** What an automation rule posts. */
const incident = {
  eventUniqueId: 'f1',
  objectEventType: 'Create',
  object: {
    id: '/subscriptions/1/resourceGroups/soc/providers/Microsoft.SecurityInsights/Incidents/9a',
    name: '9a',
    type: 'Microsoft.SecurityInsights/Incidents',
    properties: {
      title: 'Multi-stage incident on ws-12',
      severity: 'Medium',
      status: 'Active',
      incidentNumber: 4711,
      firstActivityTimeUtc: '2025-06-02T09:58:00Z',
      createdTimeUtc: '2025-06-02T10:05:00Z',
      labels: [{ labelName: 'vip', labelType: 'User' }],
      additionalData: { alertsCount: 2, tactics: ['LateralMovement'], techniques: ['T1021'] },
      relatedEntities: [
        { kind: 'Host', properties: { hostName: 'ws-12', dnsDomain: 'corp.example' } },
        { kind: 'Account', properties: { accountName: 'ann', upnSuffix: 'corp.example' } },
        { kind: 'Ip', properties: { address: '198.51.100.7' } },
      ],
    },
  },
};

describe('sentinel', () => {
  it('a row of SecurityAlert has the time of the activity, and its lists inside of text are read', () => {
    const alert = normaliseOne('sentinel', row);
    expect(alert).toMatchObject({
      title: 'Office application started a script host',
      severity: 'high',
      ruleId: 'a1b2_8c3e-rule',
      externalId: '5f8e-alert',
      tactics: ['initial-access', 'execution'],
      techniques: ['T1566', 'T1059'],
      occurredAt: '2025-06-02T10:00:00.123Z',
      resolved: false,
    });
    expect(observableTexts(alert)).toEqual([
      'host ws-12',
      'user ann',
      'email ann@corp.example',
      'ip 198.51.100.7',
      'url https://login.example/a',
      `file sha256 ${'a'.repeat(64)}`,
      'domain c2.example',
      'process winword.exe',
      'sender email it@login.example',
    ]);
  });

  it('the next run of the rule makes the same alert, on another machine another', () => {
    const again = {
      ...row,
      SystemAlertId: 'new',
      StartTime: '2025-06-02T11:00:00Z',
      TimeGenerated: '2025-06-02T11:03:00Z',
    };
    expect(fingerprintsOf('sentinel', again)).toEqual(fingerprintsOf('sentinel', row));
    const elsewhere = { ...row, Entities: JSON.stringify([{ Type: 'host', HostName: 'ws-13' }]) };
    expect(fingerprintsOf('sentinel', elsewhere)).not.toEqual(fingerprintsOf('sentinel', row));
  });

  it('an incident has its number as identity, its entities, and is over when closed', () => {
    const alert = normaliseOne('sentinel', incident);
    expect(alert).toMatchObject({
      title: 'Multi-stage incident on ws-12',
      severity: 'medium',
      externalId: '9a',
      tactics: ['lateral-movement'],
      techniques: ['T1021'],
      tags: ['vip'],
      occurredAt: '2025-06-02T09:58:00.000Z',
    });
    expect(observableTexts(alert)).toEqual(['host ws-12', 'user ann', 'email ann@corp.example', 'ip 198.51.100.7']);
    const { properties } = incident.object;
    const closed = { ...incident, object: { ...incident.object, properties: { ...properties, status: 'Closed' } } };
    expect(normaliseOne('sentinel', closed).resolved).toBe(true);
    expect(fingerprintsOf('sentinel', closed)).toEqual(fingerprintsOf('sentinel', incident));
  });
});
