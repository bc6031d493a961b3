import {
  addAlias,
  addValue,
  allTexts,
  type EventFields,
  firstText,
  flatten,
  hasValue,
  isObject,
  type JsonObject,
} from '../event-fields.ts';
import type { EventFormat, LogSourcePart } from '../event-format.ts';
import { ecsProcessNames } from '../windows/ecs-names.ts';
import { addSyscallName } from './syscalls.ts';

/** Records of the audit daemon, one an event. */
export const auditd: EventFormat = {
  names: ['auditd', 'linux'],
  signs: [
    { has: ['type', 'msg'], begins: { msg: 'audit(' } },
    { has: ['type', 'auid'] },
    { has: ['type', 'a0', 'argc'] },
    { has: ['type', 'nametype'] },
  ],
  product: 'linux',
  services: ['auditd'],
  times: ['audit_time', 'timestamp', '@timestamp'],
  refine: refineAudit,
};

/** Laurel: all records of one audit event in one object, each under its type. https://github.com/threathunters-io/laurel */
export const laurel: EventFormat = {
  names: ['laurel'],
  signs: [{ has: ['ID'], any: ['SYSCALL', 'EXECVE', 'PROCTITLE', 'USER_CMD', 'USER_AUTH', 'SERVICE_START', 'PATH'] }],
  product: 'linux',
  services: ['auditd'],
  times: ['audit_time'],
  read(fields, raw) {
    for (const type in raw) readLaurelRecord(fields, type, raw[type]);
    const id = raw['ID'];
    if (typeof id === 'string') addValue(fields, 'audit_time', id.split(':')[0] ?? '');
  },
  refine: refineAudit,
};

function readLaurelRecord(fields: EventFields, type: string, value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) if (isObject(item)) readLaurelRecord(fields, type, item);
  } else if (!isObject(value)) flatten(fields, { [type]: value });
  else {
    addValue(fields, 'type', type);
    const argv = value['ARGV'];
    if (type === 'EXECVE' && Array.isArray(argv)) argv.forEach((arg, at) => addValue(fields, `a${at}`, String(arg)));
    flatten(fields, value);
  }
}

/** Auditbeat: `auditd.*` with ECS beside it. */
export const auditbeat: EventFormat = {
  names: ['auditbeat'],
  signs: [{ has: ['auditd'] }],
  product: 'linux',
  services: ['auditd'],
  unwrap: ['auditd.data', 'auditd.summary'],
  aliases: {
    type: ['auditd.message_type'],
    name: ['auditd.paths.name'],
    nametype: ['auditd.paths.nametype'],
    exe: ['process.executable'],
    comm: ['process.name'],
    key: ['tags'],
  },
  times: ['@timestamp'],
  refine(fields) {
    for (const type of allTexts(fields, 'type')) addValue(fields, 'type', type.toUpperCase());
    addAlias(fields, 'a0', ['process.args']);
    const isExec = /^exec(?:ve|veat)$/i.test(firstText(fields, 'syscall') ?? firstText(fields, 'type') ?? '');
    if (!isExec) return undefined;
    addValue(fields, 'type', 'EXECVE');
    for (const name in ecsProcessNames) addAlias(fields, name, ecsProcessNames[name] ?? []);
    const args = allTexts(fields, 'process.args');
    args.forEach((arg, index) => addValue(fields, `a${index}`, arg));
    if (!hasValue(fields, 'commandline') && args.length > 0) addValue(fields, 'commandline', args.join(' '));
    return { categories: ['process_creation'] };
  },
};

/** A program was started: EXECVE has its arguments, SYSCALL its path; only together do they make a process_creation. */
function refineAudit(fields: EventFields): LogSourcePart | undefined {
  addSyscallName(fields);
  const types = allTexts(fields, 'type');
  if (!types.includes('EXECVE')) return undefined;
  const args: string[] = [];
  for (let index = 0; index < 200; index += 1) {
    const values = allTexts(fields, `a${index}`);
    const value = values[0];
    if (value === undefined) break;
    args.push(value);
  }
  if (args.length > 0) addValue(fields, 'commandline', args.join(' '));
  addAlias(fields, 'image', ['exe']);
  addAlias(fields, 'processid', ['pid']);
  addAlias(fields, 'parentprocessid', ['ppid']);
  return { categories: ['process_creation'] };
}

/** Program that wrote a syslog line → services. */
const programs: Readonly<Record<string, readonly string[]>> = {
  sshd: ['sshd', 'auth', 'syslog'],
  sudo: ['sudo', 'auth', 'syslog'],
  su: ['auth', 'syslog'],
  login: ['auth', 'syslog'],
  'systemd-logind': ['auth', 'syslog'],
  polkitd: ['auth', 'syslog'],
  passwd: ['auth', 'syslog'],
  useradd: ['auth', 'syslog'],
  cron: ['cron', 'syslog'],
  crond: ['cron', 'syslog'],
  anacron: ['cron', 'syslog'],
  vsftpd: ['vsftpd', 'syslog'],
  clamd: ['clamav', 'syslog'],
  clamscan: ['clamav', 'syslog'],
  freshclam: ['clamav', 'syslog'],
  guacd: ['guacamole', 'syslog'],
};

/** Facility, by number or by name, → services: what a program that is not known says is known at least by where it says it. */
const facilities: Readonly<Record<string, readonly string[]>> = {
  4: ['auth', 'syslog'],
  10: ['auth', 'syslog'],
  auth: ['auth', 'syslog'],
  authpriv: ['auth', 'syslog'],
  security: ['auth', 'syslog'],
  9: ['cron', 'syslog'],
  cron: ['cron', 'syslog'],
};

/** Syslog and the journal as JSON. */
export const syslog: EventFormat = {
  names: ['syslog', 'journald'],
  signs: [
    { has: ['MESSAGE'], any: ['SYSLOG_IDENTIFIER', '_SYSTEMD_UNIT', '_TRANSPORT', '__REALTIME_TIMESTAMP'] },
    {
      has: ['message'],
      any: ['programname', 'appname', 'app_name', 'syslogtag', 'syslog_identifier', 'syslog_program'],
    },
    { has: ['msg'], any: ['programname', 'syslogtag'] },
    { has: ['message', 'event.dataset'], begins: { 'event.dataset': 'system.' } },
  ],
  product: 'linux',
  services: ['syslog'],
  aliases: {
    facility: ['syslog_facility', 'syslogfacility', 'syslogfacility-text'],
    program: ['syslog_identifier', 'programname', 'appname', 'app_name', 'syslog_program', 'process.name'],
    message: ['msg'],
  },
  cases: [{ field: 'event.dataset', values: ['system.auth'], services: ['auth'] }],
  times: ['@timestamp', 'timestamp', '__realtime_timestamp', 'timereported', 'time'],
  refine(fields: EventFields, _raw: JsonObject) {
    const program = firstText(fields, 'program')?.toLowerCase() ?? '';
    const facility = firstText(fields, 'facility')?.toLowerCase() ?? '';
    const services = [
      ...((Object.hasOwn(programs, program) ? programs[program] : undefined) ?? []),
      ...((Object.hasOwn(facilities, facility) ? facilities[facility] : undefined) ?? []),
    ];
    return services.length > 0 ? { services: [...new Set(services)] } : undefined;
  },
};
