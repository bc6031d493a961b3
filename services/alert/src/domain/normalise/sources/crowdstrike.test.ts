import { describe, expect, it } from 'vitest';
import { normaliseWebhook } from '../normalise.ts';
import { fingerprintsOf, normaliseAll, normaliseOne, observableTexts, receivedAt } from '../normalise-one.fixture.ts';

const detection = {
  metadata: {
    customerIDString: '0123456789ab',
    offset: 14947764,
    eventType: 'DetectionSummaryEvent',
    eventCreationTime: 1748858465000,
    version: '1.0',
  },
  event: {
    ProcessStartTime: 1748858400,
    ProcessId: 38684386611,
    ComputerName: 'WS-12',
    UserName: 'ann',
    DetectName: 'Suspicious Activity',
    DetectDescription: 'A process downloaded a file from 198.51.100.7.',
    Severity: 4,
    SeverityName: 'High',
    FileName: 'powershell.exe',
    FilePath: '\\Device\\HarddiskVolume2\\Windows\\System32',
    CommandLine: 'powershell -enc AAAA',
    SHA256String: 'e'.repeat(64),
    MD5String: 'f'.repeat(32),
    MachineDomain: 'CORP',
    DetectId: 'ldt:ec86:1234',
    LocalIP: '192.0.2.12',
    Tactic: 'Execution',
    Technique: 'PowerShell',
    Objective: 'Follow Through',
    PatternDispositionDescription: 'Prevention, process killed.',
    PatternId: 10197,
    NetworkAccesses: [{ RemoteAddress: '198.51.100.7', RemotePort: 443 }],
    DnsRequests: [{ DomainName: 'c2.example' }],
  },
};

const apiAlert = {
  composite_id: 'cid:ind:agent:1',
  display_name: 'CredentialDumping',
  name: 'ProcCredDump',
  description: 'LSASS memory was read.',
  severity: 90,
  severity_name: 'Critical',
  status: 'new',
  tactic: 'Credential Access',
  tactic_id: 'TA0006',
  technique: 'OS Credential Dumping',
  technique_id: 'T1003',
  pattern_id: 54,
  timestamp: '2025-06-02T10:10:00.500Z',
  device: { device_id: 'd1', hostname: 'srv-3', local_ip: '192.0.2.33', external_ip: '203.0.113.2' },
  user_name: 'svc-backup',
  filename: 'rundll32.exe',
  sha256: 'a'.repeat(64),
  cmdline: 'rundll32 comsvcs.dll, MiniDump',
};

describe('crowdstrike', () => {
  it('a detection summary has its name, its severity by name and its time in seconds', () => {
    const alert = normaliseOne('crowdstrike', detection);
    expect(alert).toMatchObject({
      title: 'Suspicious Activity',
      severity: 'high',
      ruleId: '10197',
      externalId: 'ldt:ec86:1234',
      tactics: ['execution'],
      techniques: ['PowerShell'],
      occurredAt: '2025-06-02T10:00:00.000Z',
    });
    expect(observableTexts(alert)).toEqual([
      'host ws-12',
      'host ip 192.0.2.12',
      'user ann',
      'process powershell.exe',
      `file sha256 ${'e'.repeat(64)}`,
      `file md5 ${'f'.repeat(32)}`,
      'remote ip 198.51.100.7',
      'query domain c2.example',
    ]);
  });

  it.each([
    ['event of the stream', 5, 'critical'],
    ['event of the stream', 2, 'low'],
    ['event of the stream', 70, 'high'],
  ])('an %s without a name of severity %i is %s', (_, Severity, expected) => {
    const { SeverityName: _name, ...event } = detection.event;
    expect(normaliseOne('crowdstrike', { ...detection, event: { ...event, Severity } }).severity).toBe(expected);
  });

  it('alerts of the API are one alert each, with ids of tactic and technique', () => {
    const [first, second] = normaliseAll('crowdstrike', {
      meta: {},
      resources: [apiAlert, { ...apiAlert, composite_id: 'x', status: 'closed' }],
    });
    expect(first).toMatchObject({
      title: 'CredentialDumping',
      severity: 'critical',
      tactics: ['credential-access'],
      techniques: ['T1003'],
      occurredAt: '2025-06-02T10:10:00.500Z',
      resolved: false,
    });
    expect(second?.resolved).toBe(true);
    const [open, closed] = fingerprintsOf('crowdstrike', { resources: [apiAlert, { ...apiAlert, status: 'closed' }] });
    expect(closed).toBe(open);
  });

  it('other events of the stream are skipped', () => {
    const audit = { metadata: { eventType: 'AuthActivityAuditEvent' }, event: { UserId: 'ann' } };
    const result = normaliseWebhook('crowdstrike', [audit, detection], { receivedAt });
    expect(result).toMatchObject({ ok: true, skipped: 1 });
  });

  it('the same detection later is the same alert', () => {
    const again = {
      ...detection,
      event: { ...detection.event, ProcessStartTime: 1748860000, DetectId: 'ldt:2', ProcessId: 5 },
    };
    expect(fingerprintsOf('crowdstrike', again)).toEqual(fingerprintsOf('crowdstrike', detection));
  });
});
