import type { Severity } from '@soc/contracts';

/** What an event of a log means, and how much it matters when nothing more is known. */
export interface EventKind {
  readonly name: string | null;
  readonly severity: Severity;
}

type Kinds = ReadonlyMap<number, readonly [name: string, severity: Severity]>;

/** Sysmon 15 (its own documentation's names). */
const sysmon: Kinds = new Map([
  [1, ['Process creation', 'low']],
  [2, ['File creation time changed', 'medium']],
  [3, ['Network connection', 'informational']],
  [4, ['Sysmon service state changed', 'low']],
  [5, ['Process terminated', 'informational']],
  [6, ['Driver loaded', 'low']],
  [7, ['Image loaded', 'informational']],
  [8, ['Remote thread created', 'medium']],
  [9, ['Raw disk access', 'medium']],
  [10, ['Process access', 'low']],
  [11, ['File created', 'informational']],
  [12, ['Registry key created or deleted', 'informational']],
  [13, ['Registry value set', 'informational']],
  [14, ['Registry renamed', 'informational']],
  [15, ['File stream created', 'low']],
  [16, ['Sysmon configuration changed', 'medium']],
  [17, ['Pipe created', 'informational']],
  [18, ['Pipe connected', 'informational']],
  [19, ['WMI filter registered', 'medium']],
  [20, ['WMI consumer registered', 'medium']],
  [21, ['WMI consumer bound to filter', 'medium']],
  [22, ['DNS query', 'informational']],
  [23, ['File deleted and kept', 'informational']],
  [24, ['Clipboard changed', 'informational']],
  [25, ['Process tampering', 'high']],
  [26, ['File deleted', 'informational']],
  [27, ['Executable file blocked', 'medium']],
  [28, ['File shredding blocked', 'medium']],
  [29, ['Executable file detected', 'low']],
]);

/** The Security log: what an attacker must do loudly is medium or high, what every logon does is informational. */
const security: Kinds = new Map([
  [1102, ['Audit log cleared', 'high']],
  [4624, ['Logon', 'informational']],
  [4625, ['Failed logon', 'low']],
  [4648, ['Logon with explicit credentials', 'low']],
  [4672, ['Special privileges assigned to a logon', 'informational']],
  [4688, ['Process creation', 'low']],
  [4697, ['Service installed', 'medium']],
  [4698, ['Scheduled task created', 'medium']],
  [4702, ['Scheduled task updated', 'medium']],
  [4719, ['Audit policy changed', 'high']],
  [4720, ['User account created', 'medium']],
  [4724, ['Password reset attempted', 'low']],
  [4728, ['Member added to a global security group', 'medium']],
  [4732, ['Member added to a local security group', 'medium']],
  [4740, ['User account locked out', 'low']],
  [4756, ['Member added to a universal security group', 'medium']],
  [4771, ['Kerberos pre-authentication failed', 'low']],
]);

const powershell: Kinds = new Map([
  [4103, ['Module logged', 'informational']],
  [4104, ['Script block executed', 'low']],
]);

const system: Kinds = new Map([
  [104, ['Log cleared', 'high']],
  [7045, ['Service installed', 'medium']],
]);

const defender: Kinds = new Map([
  [1116, ['Malware detected', 'high']],
  [1117, ['Malware acted on', 'high']],
  [5001, ['Real-time protection disabled', 'high']],
]);

const logs = new Map<string, Kinds>([
  ['sysmon', sysmon],
  ['security', security],
  ['powershell', powershell],
  ['system', system],
  ['windows defender', defender],
]);

/** The kind of an event; without a name where the tables do not know it. */
export function kindOfEvent({ log, id }: { readonly log: string; readonly id: number }): EventKind {
  const known = logs.get(log.toLowerCase())?.get(id);
  return known ? { name: known[0], severity: known[1] } : { name: null, severity: 'informational' };
}
