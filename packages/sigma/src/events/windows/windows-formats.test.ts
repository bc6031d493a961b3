import { describe, expect, it } from 'vitest';
import { viewEvent } from '../view-event.ts';

const process = {
  Image: String.raw`C:\Windows\System32\whoami.exe`,
  CommandLine: 'whoami /all',
  ParentImage: String.raw`C:\Windows\System32\cmd.exe`,
  Hashes: 'SHA1=0A0B,MD5=0C0D,IMPHASH=0E0F',
};
const at = Date.parse('2024-03-05T10:20:30.123Z');

/** The same process start, as each of them writes it. */
const writers = {
  evtx_dump: {
    Event: {
      '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      System: {
        Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: 'x' } },
        EventID: 1,
        TimeCreated: { '#attributes': { SystemTime: '2024-03-05T10:20:30.123456Z' } },
        Execution: { '#attributes': { ProcessID: 3636, ThreadID: 4340 } },
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: 'ws1.example.org',
        Security: { '#attributes': { UserID: 'S-1-5-18' } },
      },
      EventData: { ...process, ProcessId: 77 },
    },
  },
  'evtx_dump with a qualified id and separate attributes': {
    Event: {
      System: {
        Provider_attributes: { Name: 'Microsoft-Windows-Sysmon' },
        EventID: { '#attributes': { Qualifiers: 0 }, '#text': 1 },
        TimeCreated_attributes: { SystemTime: '2024-03-05T10:20:30.123456Z' },
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: 'ws1.example.org',
      },
      EventData: {
        Data: [
          ...Object.entries({ ...process, ProcessId: 77 }).map(([name, value]) => ({
            '#attributes': { Name: name },
            '#text': value,
          })),
          { '#attributes': { Name: 'RuleName' } },
        ],
      },
    },
  },
  winlogbeat: {
    '@timestamp': '2024-03-05T10:20:30.123Z',
    event: { code: '1', provider: 'Microsoft-Windows-Sysmon' },
    winlog: {
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider_name: 'Microsoft-Windows-Sysmon',
      event_id: '1',
      computer_name: 'ws1.example.org',
      event_data: { ...process, ProcessId: '77' },
    },
  },
  'winlogbeat whose module has moved the fields to ECS': {
    '@timestamp': '2024-03-05T10:20:30.123Z',
    winlog: {
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider_name: 'Microsoft-Windows-Sysmon',
      event_id: 1,
      computer_name: 'ws1.example.org',
    },
    process: {
      executable: process.Image,
      command_line: process.CommandLine,
      pid: 77,
      hash: { sha1: '0A0B', md5: '0C0D' },
      pe: { imphash: '0E0F' },
      parent: { executable: process.ParentImage },
    },
  },
  'winlogbeat 6': {
    '@timestamp': '2024-03-05T10:20:30.123Z',
    log_name: 'Microsoft-Windows-Sysmon/Operational',
    source_name: 'Microsoft-Windows-Sysmon',
    event_id: 1,
    computer_name: 'ws1.example.org',
    event_data: { ...process, ProcessId: '77' },
  },
  NXLog: {
    '@timestamp': '2024-03-05T10:20:30.123Z',
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    Hostname: 'ws1.example.org',
    ...process,
    ProcessId: '77',
  },
  'Sentinel, EventData as JSON': {
    TenantId: 'x',
    TimeGenerated: '2024-03-05T10:20:30.123Z',
    Provider: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Computer: 'ws1.example.org',
    EventData: JSON.stringify({ ...process, ProcessId: '77' }),
    Message: '',
  },
  'Sentinel, EventData as XML': {
    TimeGenerated: '2024-03-05T10:20:30.123Z',
    Source: 'Microsoft-Windows-Sysmon',
    EventLog: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Computer: 'ws1.example.org',
    EventData: `<DataItem><EventData xmlns="x">${Object.entries({ ...process, ProcessId: '77', RuleName: 'a &amp; b' })
      .map(([name, value]) => `<Data Name="${name}">${value}</Data>`)
      .join('\r\n')}</EventData></DataItem>`,
  },
};

describe('a Windows event', () => {
  it.each(Object.entries(writers))('of %s has the log source and fields that rules name', (_writer, raw) => {
    const view = viewEvent(raw);
    expect(view).toMatchObject({ product: 'windows', services: ['sysmon'], categories: ['process_creation'] });
    expect(view.timeMs).toBe(at);
    const named = [
      'image',
      'commandline',
      'parentimage',
      'sha1',
      'md5',
      'imphash',
      'channel',
      'provider_name',
      'computer',
    ].map((name) => String(view.fields.get(name)));
    expect(named).toEqual([
      process.Image,
      process.CommandLine,
      process.ParentImage,
      '0A0B',
      '0C0D',
      '0E0F',
      'Microsoft-Windows-Sysmon/Operational',
      'Microsoft-Windows-Sysmon',
      'ws1.example.org',
    ]);
    expect(String(view.fields.get('eventid'))).toMatch(/^1(?:,1)?$/);
    expect(String(view.fields.get('processid'))).toBe('77');
  });

  it('is recognised as Windows when a source says no more than that', () => {
    expect(
      viewEvent({ EventID: 4104, ScriptBlockText: 'x', Channel: 'PowerShellCore/Operational' }, 'windows'),
    ).toMatchObject({
      services: ['powershell'],
      categories: ['ps_script'],
    });
  });

  it('without anything that tells its writer is a flat one where a source says that it is of Windows', () => {
    const view = viewEvent(
      { event_id: 4688, ProviderName: 'x', log_name: 'Security', NewProcessName: 'a.exe' },
      'windows',
    );
    expect(view).toMatchObject({ product: 'windows', services: ['security'], categories: ['process_creation'] });
    expect(view.fields.get('image')).toBe('a.exe');
  });

  it('keeps unnamed data as several values of Data', () => {
    const view = viewEvent({
      Event: {
        System: {
          EventID: { '#text': 400 },
          Channel: 'Windows PowerShell',
          Provider: { '#attributes': { Name: 'PowerShell' } },
        },
        EventData: { Data: ['Available', 'None', '\tHostApplication=powershell.exe'] },
      },
    });
    expect(view).toMatchObject({ services: ['powershell-classic'], categories: ['ps_classic_start'] });
    expect(view.fields.get('data')).toEqual(['Available', 'None', '\tHostApplication=powershell.exe']);
  });

  it('shows what is in UserData without the path', () => {
    const view = viewEvent({
      Event: {
        System: { EventID: 1102, Channel: 'Security' },
        UserData: { LogFileCleared: { SubjectUserName: 'eve' } },
      },
    });
    expect(view.fields.get('subjectusername')).toBe('eve');
  });

  it('answers to the name without blanks, and a detection of Defender to the names of antivirus rules', () => {
    const view = viewEvent({
      EventID: 1116,
      Channel: 'Microsoft-Windows-Windows Defender/Operational',
      'Threat Name': 'HackTool:Win32/Mimikatz',
      Path: String.raw`file:_C:\x.exe`,
    });
    expect(view).toMatchObject({ services: ['windefend'], categories: ['antivirus'] });
    expect(view.fields.get('threatname')).toBe('HackTool:Win32/Mimikatz');
    expect(view.fields.get('signature')).toBe('HackTool:Win32/Mimikatz');
    expect(view.fields.get('filename')).toBe(String.raw`file:_C:\x.exe`);
  });

  it('takes the data of unnamed strings from winlogbeat’s numbers, and from the message where there is no more', () => {
    const head = { channel: 'Application', provider_name: 'MSSQLSERVER', event_id: 33205 };
    const numbered = viewEvent({ winlog: { ...head, event_data: { param1: 'a', param2: 'b' } }, message: 'm' });
    expect(numbered.fields.get('data')).toEqual(['a', 'b']);
    const told = viewEvent({
      EventID: 33205,
      Channel: 'Application',
      SourceName: 'MSSQLSERVER',
      Message: 'statement:DROP',
    });
    expect(told.fields.get('data')).toBe('statement:DROP');
  });

  it('of Sysmon for Linux is of Linux', () => {
    const view = viewEvent({
      Event: {
        System: {
          Provider: { '#attributes': { Name: 'Linux-Sysmon' } },
          EventID: 11,
          Channel: 'Linux-Sysmon/Operational',
        },
        EventData: { TargetFilename: '/tmp/x' },
      },
    });
    expect(view).toMatchObject({ product: 'linux', services: ['sysmon'], categories: ['file_event'] });
  });
});
