import type { Observable } from '@soc/contracts';
import { observable } from '../read-draft.ts';
import type { EventData } from './event-data.ts';
import type { WindowsEvent } from './windows-event.ts';

/** The program that acted, as Sysmon and the Security log name it. */
const programFields = ['Image', 'SourceImage', 'NewProcessName', 'ProcessName', 'Application', 'CallerProcessName'];
const parentFields = ['ParentImage', 'ParentProcessName'];

/** What the program acted on, the most telling first. */
const targetFields = [
  'TargetObject',
  'TargetFilename',
  'ImageLoaded',
  'TargetImage',
  'QueryName',
  'DestinationIp',
  'DestAddress',
  'PipeName',
  'ObjectName',
  'ServiceName',
  'TaskName',
  'CommandLine',
  'ScriptBlockText',
  'TargetUserName',
];

const userFields = ['User', 'SubjectUserName', 'TargetUserName', 'SourceUser', 'TargetUser'];

const addressFields = [
  ['SourceIp', 'source'],
  ['SourceAddress', 'source'],
  ['IpAddress', 'source'],
  ['ClientAddress', 'source'],
  ['DestinationIp', 'destination'],
  ['DestAddress', 'destination'],
] as const;

/** The base name of the program that acted, e.g. `powershell.exe`. */
export const programOf = (data: EventData): string | null => baseName(firstOf(data, programFields));

/** What it acted on. */
export const targetOf = (data: EventData): string | null => firstOf(data, targetFields);

/** Machine, people, programs, addresses and names of an event. Hashes and command lines are left to text extraction. */
export function observablesOfEvent({ computer, data }: WindowsEvent): readonly Observable[] {
  return [
    ...(computer === null ? [] : [observable('host', computer)]),
    ...valuesOf(data, userFields).flatMap(ofUser),
    ...programs(data),
    ...addressFields.flatMap(([field, role]) => valuesOf(data, [field]).map((ip) => observable('ip', ip, role))),
    ...valuesOf(data, ['QueryName', 'DestinationHostname']).map((name) =>
      observable(name.includes('.') ? 'domain' : 'host', name, 'query'),
    ),
    ...valuesOf(data, ['QueryResults']).flatMap((list) =>
      list.split(';').map((ip) => observable('ip', ip, 'resolved')),
    ),
  ];
}

function programs(data: EventData): readonly Observable[] {
  const program = programOf(data);
  const parent = baseName(firstOf(data, parentFields));
  return [
    ...(program === null ? [] : [observable('process', program)]),
    ...(parent === null ? [] : [observable('process', parent, 'parent')]),
  ];
}

/** Accounts of the system itself and of machines name nobody, and every machine has them. */
const NOBODY = /^(?:system|local service|network service|anonymous logon|dwm-\d+|umfd-\d+|.*\$)$/i;

/** `CORP\ann` is `ann`, as other sources call the same person. */
function ofUser(account: string): readonly Observable[] {
  const name = account.slice(account.lastIndexOf('\\') + 1);
  return NOBODY.test(name) ? [] : [observable('user', name)];
}

const valuesOf = (data: EventData, fields: readonly string[]): readonly string[] =>
  fields.flatMap((field) => data.get(field) ?? []);

const firstOf = (data: EventData, fields: readonly string[]): string | null => valuesOf(data, fields)[0] ?? null;

const baseName = (path: string | null): string | null =>
  path === null ? null : path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1) || null;
