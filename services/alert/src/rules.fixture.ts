import { ImportRules, type ImportOutcome } from '@soc/contracts/alert/rule-import';
import type { TestService } from '@soc/fleet/testing';

interface Given {
  readonly id?: string;
  readonly title: string;
  readonly level?: string;
  readonly product?: string;
  readonly category?: string;
  /** What the command line must contain. */
  readonly contains?: string;
}

/** A rule of our own for the tests. */
export const ruleText = ({
  id,
  title,
  level = 'high',
  product = 'windows',
  category = 'process_creation',
  contains = 'mimikatz',
}: Given): string =>
  `title: ${title}
id: ${id ?? crypto.randomUUID()}
status: test
description: Tells of something that a test does
author: Someone
license: DRL-1.1
references:
  - https://example.org/1
tags:
  - attack.execution
  - attack.t1059.001
logsource:
  product: ${product}
  category: ${category}
detection:
  selection:
    CommandLine|contains: '${contains}'
  condition: selection
falsepositives:
  - Tests
level: ${level}
`;

/** Imports rules as a file and returns the answer. Throws for any other than 200. */
export async function importRules(
  service: TestService,
  text: string,
  {
    token,
    enabled = true,
    name = 'rules.yml',
  }: { readonly token?: string; readonly enabled?: boolean; readonly name?: string } = {},
): Promise<ImportOutcome> {
  const answer = await service.call(ImportRules, {
    body: Buffer.from(text),
    query: { name, enabled },
    ...(token !== undefined && { token }),
  });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.raw.toString()}`);
  return answer.body;
}

/** A Sysmon event of a new process, as evtx_dump writes it. */
export const processEvent = (
  commandLine: string,
  more: { readonly computer?: string; readonly at?: string } = {},
): string =>
  JSON.stringify({
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
        EventID: 1,
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: more.computer ?? 'ws-07.corp.example',
        TimeCreated: { '#attributes': { SystemTime: more.at ?? '2026-03-01T08:00:00.000Z' } },
      },
      EventData: {
        UtcTime: '2026-03-01 08:00:00.000',
        Image: String.raw`C:\Windows\System32\cmd.exe`,
        CommandLine: commandLine,
        User: String.raw`CORP\ann`,
      },
    },
  });

/** A correlation of our own: so many matches of a rule by one user within ten minutes. */
export const correlationText = (given: {
  readonly id: string;
  readonly title: string;
  readonly counts: string;
  readonly gte: number;
}): string =>
  `title: ${given.title}
id: ${given.id}
level: critical
correlation:
  type: event_count
  rules:
    - ${given.counts}
  group-by:
    - User
  timespan: 10m
  condition:
    gte: ${given.gte}
`;
