import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { thisHost } from './host.ts';
import { sigmaCommand } from './sigma.ts';

const id = '11111111-1111-4111-8111-111111111111';
const rule = `title: T
id: ${id}
level: high
logsource: {product: windows, category: process_creation}
detection:
  a: {Image|endswith: '\\\\whoami.exe'}
  condition: a
`;
const process = (image: string) =>
  JSON.stringify({ EventID: 1, Channel: 'Microsoft-Windows-Sysmon/Operational', Image: image });
const hit = process(String.raw`C:\Windows\whoami.exe`);
const miss = process(String.raw`C:\Windows\cmd.exe`);

async function makeFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const { path, [Symbol.asyncDispose]: dispose } = await makeTemporaryDirectory('sigma');
  onTestFinished(dispose);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

async function match(values: Readonly<Record<string, readonly string[]>>) {
  const printed: string[] = [];
  const remarks: string[] = [];
  const never = new AbortController().signal;
  const code = await sigmaCommand.run({
    host: thisHost(),
    positionals: ['match'],
    value: (option) => values[option]?.at(-1),
    values: (option) => values[option] ?? [],
    print: (line) => void printed.push(line),
    remark: (line) => void remarks.push(line),
    interrupted: never,
    insisted: never,
  });
  return { code, matches: printed.map((line): unknown => JSON.parse(line)), remarks };
}

test('a match is a line of JSON with rule, title, level, file and line, and totals and refusals go to standard error', async () => {
  const folder = await makeFolder({
    'a.yml': rule,
    'b.yml': rule.replace('|endswith', '|within'),
    'a.ndjson': `${miss}\n${hit}\nno json\n`,
    'b.json': `[\n${miss},\n${hit}\n]`,
    'c.jsonl.gz': gzipSync(hit),
    'd.txt': hit,
  });
  const { code, matches, remarks } = await match({ rules: [folder], events: [folder] });
  const head = { ruleId: id, title: 'T', level: 'high' };
  expect(matches).toEqual([
    { ...head, file: join(folder, 'a.ndjson'), line: 2 },
    { ...head, file: join(folder, 'b.json'), line: 3 },
    { ...head, file: join(folder, 'c.jsonl.gz'), line: 1 },
  ]);
  expect(code).toBe(0);
  expect(remarks).toEqual([
    `${folder}/b.yml:6: there is no modifier within (T)`,
    `${folder}/a.ndjson:3: it is neither JSON nor a log format known here`,
    expect.stringMatching(
      /^5 events against 1 rules \(1 refused\) in [\d.]+ s, \d+ a second; 3 matches of 3 events; 1 lines are no events\.$/,
    ),
  ]);
});

test('correlations are told at the end, over all files, at their last event, and what they count is not', async () => {
  const correlation = `title: Two
name: two
level: critical
correlation:
  type: event_count
  rules: [${id}]
  group-by: [Computer]
  timespan: 10m
  condition: {gte: 2}
`;
  const at = (time: string, computer: string) =>
    JSON.stringify({
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Image: String.raw`C:\Windows\whoami.exe`,
      Computer: computer,
      ...(time === '' ? {} : { '@timestamp': `2024-03-05T${time}Z` }),
    });
  const folder = await makeFolder({
    'a.yml': rule,
    'b.yml': correlation,
    '1.ndjson': [at('10:08:00', 'A'), at('10:00:00', 'B'), at('', 'A')].join('\n'),
    '2.ndjson': [at('10:11:00', 'B'), at('10:05:00', 'A')].join('\n'),
  });
  const { matches, remarks } = await match({ rules: [folder], events: [folder] });
  expect(matches).toMatchObject([
    { title: 'Two', level: 'critical', file: join(folder, '1.ndjson'), line: 1, group: { Computer: 'A' }, events: 2 },
  ]);
  expect(remarks.at(-1)).toBe('1 matches were not correlated: no readable time, or more than memory is kept for.');
});

test('--explain says of each event why the rule matches it or not', async () => {
  const folder = await makeFolder({ 'a.yml': rule, 'a.ndjson': `${hit}\n${miss}\n{"a":1}` });
  const { matches } = await match({ rules: [folder], events: [folder], explain: [id] });
  expect(matches).toMatchObject([
    {
      ruleId: id,
      line: 1,
      outcome: 'matched',
      evidence: [{ field: 'Image', values: [String.raw`C:\Windows\whoami.exe`] }],
    },
    { ruleId: id, line: 2, outcome: 'not_matched', obstacles: [{ field: 'Image', why: 'different' }] },
    { ruleId: id, line: 3, outcome: 'other_log_source' },
  ]);
});

test('a source decides what the events are', async () => {
  const aaa = rule.replace('{product: windows, category: process_creation}', '{product: cisco, service: aaa}');
  const folder = await makeFolder({
    'a.yml': aaa.replace("a: {Image|endswith: '\\\\whoami.exe'}", 'a: [whoami]'),
    'a.log': 'whoami',
  });
  const asked = { rules: [folder], events: [folder] };
  expect((await match(asked)).matches).toEqual([]);
  expect((await match({ ...asked, source: ['product=cisco,service=aaa'] })).matches).toHaveLength(1);
  await expect(match({ ...asked, source: ['splunk'] })).rejects.toThrow('Nobody knows the source splunk.');
});

test('what is missing or unknown is one sentence', async () => {
  const folder = await makeFolder({ 'a.yml': rule });
  await expect(match({ rules: [folder] })).rejects.toThrow('Say which events: --events PATH.');
  await expect(match({ rules: [folder], events: ['/nowhere'] })).rejects.toThrow('/nowhere cannot be read: ENOENT.');
  await expect(match({ rules: [folder], events: [folder], explain: ['x'] })).rejects.toThrow(
    'There is no rule x among',
  );
  const broken = await makeFolder({ 'a.ndjson.gz': 'no gzip' });
  await expect(match({ rules: [folder], events: [broken] })).rejects.toThrow(
    'a.ndjson.gz cannot be read: Z_DATA_ERROR.',
  );
});
