import { addAlias, addValue, type EventFields, firstText } from '../event-fields.ts';
import type { LogSourcePart } from '../event-format.ts';

/** Security 4688 by the names Sysmon has for it; `ProcessId` stays what 4688 means by it, the creator. */
const processNames = {
  image: ['newprocessname'],
  parentimage: ['parentprocessname'],
  parentcommandline: ['parentprocesscommandline', 'creatorprocesscommandline'],
  integritylevel: ['mandatorylabel'],
  logonid: ['subjectlogonid'],
};

/** Mandatory label → what Sysmon calls it. */
const integrityLevels: ReadonlyMap<string, string> = new Map([
  ['s-1-16-0', 'Untrusted'],
  ['s-1-16-4096', 'Low'],
  ['s-1-16-8192', 'Medium'],
  ['s-1-16-8448', 'MediumPlus'],
  ['s-1-16-12288', 'High'],
  ['s-1-16-16384', 'System'],
]);

/** "A new process has been created" also by the names that process_creation rules use. */
export function mapProcessAudit(fields: EventFields): undefined {
  for (const [name, from] of Object.entries(processNames)) addAlias(fields, name, from);
  const label = firstText(fields, 'mandatorylabel')?.toLowerCase();
  const level = label === undefined ? undefined : integrityLevels.get(label);
  if (level !== undefined) addValue(fields, 'integritylevel', level);
  addDecimal(fields, 'newprocessid', 'newprocessid');
  addDecimal(fields, 'processid', 'parentprocessid');
  addUser(fields);
}

/**
 * The account of the new process: the target where it differs from the creator, else the creator. As the event names it: the
 * machine's own account is `HOST$` here, where Sysmon writes NT AUTHORITY\SYSTEM.
 */
function addUser(fields: EventFields): void {
  const target = firstText(fields, 'targetusername');
  const side = target === undefined || target === '-' || target === '' ? 'subject' : 'target';
  const user = firstText(fields, `${side}username`);
  if (user === undefined) return;
  const domain = firstText(fields, `${side}domainname`);
  addValue(fields, 'user', user);
  if (domain !== undefined && domain !== '-') addValue(fields, 'user', `${domain}\\${user}`);
}

/** Process ids are hexadecimal text in the security log and decimal everywhere else. */
function addDecimal(fields: EventFields, from: string, to: string): void {
  const text = firstText(fields, from);
  if (text === undefined || !/^0x[0-9a-f]{1,16}$/i.test(text)) return;
  const value = Number.parseInt(text, 16);
  if (Number.isSafeInteger(value)) addValue(fields, to, value);
}

/** Root keys of the kernel → of Sysmon. */
const registryRoots: readonly (readonly [string, string])[] = [
  [String.raw`\registry\machine`, 'HKLM'],
  [String.raw`\registry\user`, 'HKU'],
];

/** Operation of 4657 → Sysmon's event type, and the category of it. */
const registryOperations: ReadonlyMap<string, readonly [type: string, category: string]> = new Map([
  ['%%1904', ['SetValue', 'registry_set']],
  ['%%1905', ['SetValue', 'registry_set']],
  ['%%1906', ['DeleteValue', 'registry_delete']],
  ['new registry value created', ['SetValue', 'registry_set']],
  ['existing registry value modified', ['SetValue', 'registry_set']],
  ['registry value deleted', ['DeleteValue', 'registry_delete']],
]);

/** Type of the new value → how Sysmon writes the value. */
const numberTypes: ReadonlyMap<string, readonly [name: string, digits: number]> = new Map([
  ['%%1876', ['DWORD', 8]],
  ['reg_dword', ['DWORD', 8]],
  ['%%1879', ['QWORD', 16]],
  ['reg_qword', ['QWORD', 16]],
]);

/** "A registry value was modified" also by the names that registry rules use. */
export function mapRegistryAudit(fields: EventFields): LogSourcePart | undefined {
  addAlias(fields, 'image', ['processname']);
  addAlias(fields, 'details', ['newvalue']);
  addTargetObject(fields);
  addNumberDetails(fields);
  const operation = registryOperations.get(firstText(fields, 'operationtype')?.toLowerCase() ?? '');
  if (!operation) return undefined;
  addValue(fields, 'eventtype', operation[0]);
  return { categories: [operation[1]] };
}

function addTargetObject(fields: EventFields): void {
  const key = firstText(fields, 'objectname');
  if (key === undefined) return;
  const lower = key.toLowerCase();
  const root = registryRoots.find(([kernel]) => lower.startsWith(kernel));
  const path = root ? root[1] + key.slice(root[0].length) : key;
  const value = firstText(fields, 'objectvaluename');
  addValue(fields, 'targetobject', value === undefined || value === '' ? path : `${path}\\${value}`);
}

function addNumberDetails(fields: EventFields): void {
  const type = numberTypes.get(firstText(fields, 'newvaluetype')?.toLowerCase() ?? '');
  const text = firstText(fields, 'newvalue');
  if (!type || text === undefined || !/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text)) return;
  const hex = BigInt(text).toString(16).padStart(type[1], '0');
  const halves = type[1] === 16 ? `0x${hex.slice(0, -8)}-0x${hex.slice(-8)}` : `0x${hex}`;
  addValue(fields, 'details', `${type[0]} (${halves})`);
}
