import { createHash } from 'node:crypto';
import { type Alert, Severity } from '@soc/contracts';
import { exampleAlert, exampleIncident } from '@soc/fleet/testing';
import { commentDocument, evidenceDocument, rawEventDocument } from '../domain/attached-documents.ts';
import { alertDocument, incidentDocument, type SearchDocument } from '../domain/search-document.ts';

/** A number made of two others, below `below`: the same corpus each time, without a source of chance. */
function chosen(index: number, salt: number, below: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
}

const pick = <Value>(values: readonly Value[], index: number, salt: number): Value =>
  // Never empty, and `chosen` is below the length.
  values[chosen(index, salt, values.length)] as Value;

const hex = (index: number, digits: number): string => index.toString(16).padStart(digits, '0');
const idOf = (kind: number, index: number): string => `0198f000-000${kind}-7000-8000-${hex(index, 12)}`;

const TITLES = [
  'SSH brute force',
  'Encoded PowerShell command line',
  'Beacon to a known command and control server',
  'Kerberoasting of service accounts',
  'Credential dumping with mimikatz',
  'Suspicious rundll32.exe invocation',
  'Impossible travel of a user',
  'DNS tunnelling suspected',
  'New scheduled task by a service account',
  'Force push to a protected branch: brute attempts follow',
];
const SOURCES = ['suricata', 'sysmon', 'crowdstrike', 'okta', 'cloudtrail'];
const TECHNIQUES = ['T1110', 'T1059.001', 'T1071.004', 'T1558.003', 'T1003.001', 'T1218.011', 'T1053.005'];
const TACTICS = ['credential-access', 'execution', 'command-and-control', 'persistence'];
const TAGS = ['vip', 'crown jewels', 'lab', 'pci-dss'];
const PEOPLE = ['Ann Smith', 'Bob Jones', 'Chloé Martin'];
const VERDICTS = ['true_positive', 'false_positive', 'benign_true_positive'] as const;
const STATUSES = ['new', 'new', 'new', 'triaged', 'investigating', 'closed'] as const;

/** When the first happened; each of the others 7 s later. */
const CORPUS_START = Date.UTC(2026, 2, 1);
export const corpusTime = (index: number): string => new Date(CORPUS_START + index * 7_000).toISOString();

const hostOf = (index: number): string => `${pick(['web', 'db', 'ws'], index, 1)}-${chosen(index, 2, 50)}.corp.example`;
const addressOf = (index: number): string =>
  `10.${chosen(index, 3, 4)}.${chosen(index, 4, 256)}.${chosen(index, 5, 256)}`;

export function corpusAlert(index: number, tenantId: string): Alert {
  const isClosed = chosen(index, 9, 6) === 5;
  return exampleAlert({
    id: idOf(1, index),
    tenantId,
    title: pick(TITLES, index, 6),
    description: `Case ${index % 97}: process=C:\\Windows\\System32\\${pick(['cmd.exe', 'rundll32.exe', 'powershell.exe'], index, 7)} src=${addressOf(index)}:${1_024 + (index % 60_000)} "quoted" text of incident response.`,
    severity: pick(Severity.options, index, 8),
    status: pick(STATUSES, index, 9),
    source: pick(SOURCES, index, 10),
    ruleId: `R-${chosen(index, 11, 40)}`,
    ruleName: `Rule number ${chosen(index, 11, 40)}`,
    observables: [
      { type: 'host', value: hostOf(index) },
      { type: 'ip', value: addressOf(index), role: 'source' },
      { type: 'user', value: `CORP\\user${chosen(index, 12, 200)}` },
      ...(index % 5 === 0
        ? [{ type: 'url' as const, value: `https://cdn${index % 7}.evil.example/drop?id=${index}` }]
        : []),
      ...(index % 9 === 0
        ? [{ type: 'sha256' as const, value: createHash('sha256').update(`${index}`).digest('hex') }]
        : []),
      ...(index % 11 === 0
        ? [{ type: 'process' as const, value: 'C:\\Windows\\System32\\curl.exe -k https://a.example' }]
        : []),
      ...(index % 13 === 0 ? [{ type: 'email' as const, value: `user${index % 31}@mail.example.org` }] : []),
    ],
    tactics: [pick(TACTICS, index, 13)],
    techniques: [pick(TECHNIQUES, index, 14)],
    tags: index % 4 === 0 ? [pick(TAGS, index, 15)] : [],
    occurredAt: corpusTime(index),
    score: index % 3 === 0 ? chosen(index, 16, 101) : null,
    verdict: isClosed ? pick(VERDICTS, index, 17) : null,
    assignee: index % 6 === 0 ? pick(PEOPLE, index, 18) : null,
    incidentId: index % 8 === 0 ? idOf(2, index % 40) : null,
  });
}

/** Of ten documents six are alerts; the others are an incident, a comment, a raw event and evidence. */
export function corpusDocument(index: number, tenantId: string): SearchDocument {
  const at = corpusTime(index);
  const alertId = idOf(1, index - 1);
  switch (index % 10) {
    case 6:
      return incidentDocument(
        exampleIncident({
          id: idOf(2, index % 40),
          tenantId,
          title: `Incident of ${pick(TITLES, index, 20)}`,
          severity: pick(Severity.options, index, 21),
          status: pick(['open', 'contained', 'closed'], index, 22),
          entities: [{ type: 'host', value: hostOf(index) }],
          firstSeenAt: at,
          version: index + 1,
        }),
      );
    case 7:
      return commentDocument(tenantId, {
        id: idOf(3, index),
        alertId,
        author: { id: `person-${index % 3}`, name: pick(PEOPLE, index, 23) },
        text: `Looks like ${pick(['a false alarm', 'lateral movement', 'a pentest of the red team'], index, 24)}, see ${hostOf(index)}`,
        createdAt: at,
      });
    case 8:
      return rawEventDocument(tenantId, {
        id: idOf(4, index),
        alertId: index % 20 === 8 ? alertId : null,
        source: pick(SOURCES, index, 25),
        receivedAt: at,
        text: JSON.stringify({
          src_ip: addressOf(index),
          host: hostOf(index),
          cmd: 'curl -k https://a.example',
          n: index,
        }),
      });
    case 9:
      return evidenceDocument(tenantId, {
        objectId: idOf(5, index),
        filename: `memory of ${hostOf(index)} (${index}).dmp`,
        sha256: createHash('sha256').update(`evidence ${index}`).digest('hex'),
        incidentId: null,
        alertId,
        storedBy: pick(PEOPLE, index, 26),
        storedAt: at,
      });
    default:
      return alertDocument(corpusAlert(index, tenantId));
  }
}
