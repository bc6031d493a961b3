import { Buffer } from 'node:buffer';

/** What the audit daemon writes as hexadecimal digits when it holds blanks, quotes or bytes beyond ASCII. */
const ENCODED = /^(?:a\d{1,3}|name|exe|comm|proctitle|cwd|cmd|acct|key|unit|data)$/;
/** Names are bounded, for a long word must not be walked from each of its characters. */
const PAIR = /(?<![\w-])([A-Za-z_][\w-]{0,63})=(?:"([^"]*)"|'([^']*)'|([^\s"']\S*)?)/g;
const HEADER = /^(?:node=\S{1,255} )?type=[A-Z0-9_[\]]{1,64} msg=audit\((\d{1,12}\.\d{1,6}):\d{1,20}\): ?/;

/** A record of auditd, as `audit.log` has it, with its encoded values as text; undefined for other text. */
export function parseAuditLine(text: string): Record<string, string> | undefined {
  const header = HEADER.exec(text);
  if (!header) return undefined;
  const record = new Map([['audit_time', header[1] ?? '']]);
  const body = text.replaceAll('\u001D', ' ');
  addPairs(record, body, /\btype=SYSCALL\b/.test(header[0]));
  return Object.fromEntries(record);
}

function addPairs(record: Map<string, string>, text: string, isCall: boolean): void {
  for (const [, name = '', quoted, inner, bare] of text.matchAll(PAIR)) {
    // What is told of the user is pairs of its own within quotes.
    if (inner !== undefined && name === 'msg') addPairs(record, inner, isCall);
    // Names in capitals are the same things spelled out: SYSCALL=execve beside syscall=59.
    else if (!record.has(name)) record.set(name, quoted ?? inner ?? decode(name, bare ?? '', isCall));
  }
}

function decode(name: string, value: string, isCall: boolean): string {
  const isNumber = isCall && /^a\d/.test(name);
  if (isNumber || !ENCODED.test(name) || value.length % 2 !== 0 || !/^[\dA-F]{2,}$/.test(value)) return value;
  return Buffer.from(value, 'hex').toString('utf8').replaceAll('\0', ' ').trim();
}
