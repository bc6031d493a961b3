import { describe, expect, it } from 'vitest';
import { viewEvent } from '../view-event.ts';

const security = (id: number, data: object) =>
  viewEvent({ EventID: id, Channel: 'Security', SourceName: 'Microsoft-Windows-Security-Auditing', ...data });

describe('an event of the security log', () => {
  it('4688 is a process creation by Sysmon’s names too, and keeps its own', () => {
    const view = security(4688, {
      NewProcessName: String.raw`C:\Windows\System32\reg.exe`,
      NewProcessId: '0x21ec',
      ParentProcessName: String.raw`C:\Windows\System32\cmd.exe`,
      ProcessId: '0x10',
      CommandLine: 'reg add',
      MandatoryLabel: 'S-1-16-12288',
      SubjectUserName: 'eve',
      SubjectDomainName: 'WS1',
      SubjectLogonId: '0xc61d9',
      TargetUserName: '-',
    });
    expect(view).toMatchObject({ product: 'windows', services: ['security'], categories: ['process_creation'] });
    expect(Object.fromEntries(view.fields)).toMatchObject({
      image: String.raw`C:\Windows\System32\reg.exe`,
      newprocessname: String.raw`C:\Windows\System32\reg.exe`,
      parentimage: String.raw`C:\Windows\System32\cmd.exe`,
      newprocessid: ['0x21ec', 8684],
      processid: '0x10',
      parentprocessid: 16,
      integritylevel: ['S-1-16-12288', 'High'],
      user: ['eve', String.raw`WS1\eve`],
      logonid: '0xc61d9',
    });
  });

  it('4688 started for somebody else has that account as its user', () => {
    const view = security(4688, { SubjectUserName: 'WS1$', TargetUserName: 'bob', TargetDomainName: 'CORP' });
    expect(view.fields.get('user')).toEqual(['bob', String.raw`CORP\bob`]);
  });

  it.each([
    ['%%1904', 'SetValue', 'registry_set'],
    ['%%1905', 'SetValue', 'registry_set'],
    ['%%1906', 'DeleteValue', 'registry_delete'],
  ])('4657 of operation %s is %s in %s', (OperationType, type, category) => {
    const view = security(4657, {
      ObjectName: String.raw`\REGISTRY\MACHINE\SOFTWARE\Run`,
      ObjectValueName: 'evil',
      OperationType,
      NewValueType: '%%1876',
      NewValue: '1',
      ProcessName: String.raw`C:\x.exe`,
    });
    expect(view.categories).toEqual(['registry_event', category]);
    expect(Object.fromEntries(view.fields)).toMatchObject({
      targetobject: String.raw`HKLM\SOFTWARE\Run\evil`,
      eventtype: type,
      details: ['1', 'DWORD (0x00000001)'],
      image: String.raw`C:\x.exe`,
    });
  });

  it('says nothing of what happens to be called like a member of every object', () => {
    const odd = {
      MandatoryLabel: 'constructor',
      OperationType: 'constructor',
      NewValueType: 'toString',
      NewValue: '1',
    };
    expect(security(4688, odd).fields.get('integritylevel')).toBe('constructor');
    expect(security(4657, odd).categories).toEqual(['registry_event']);
    expect(viewEvent({ EventID: 'constructor', Channel: 'Security' }).categories).toEqual([]);
  });

  it('without the expected fields is still an event', () => {
    const products = [4688, 4657].map((id) => security(id, { NewProcessId: 'none', NewValue: null }).product);
    expect(products).toEqual(['windows', 'windows']);
  });
});
