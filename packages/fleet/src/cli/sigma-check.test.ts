import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { thisHost } from './host.ts';
import { sigmaCommand } from './sigma.ts';

const rule = 'title: T\nlogsource: {product: p}\ndetection:\n  a: {b|expand: "%c%"}\n  condition: a\n';
const broken = rule.replace('|expand', '|within');

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const { path, [Symbol.asyncDispose]: dispose } = await makeTemporaryDirectory('sigma');
  onTestFinished(dispose);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}

async function check(values: Readonly<Record<string, readonly string[]>>) {
  const lines: string[] = [];
  const never = new AbortController().signal;
  const code = await sigmaCommand.run({
    host: thisHost(),
    positionals: ['check'],
    value: (option) => values[option]?.at(-1),
    values: (option) => values[option] ?? [],
    print: (line) => void lines.push(line),
    remark: (line) => void lines.push(line),
    interrupted: never,
    insisted: never,
  });
  return { code, lines };
}

test('every refusal is told with file, line and reason, then the totals, and the exit code is 1', async () => {
  const folder = await makeFolder({ 'x/a.yml': rule, 'b.yaml': broken, 'c.txt': 'no rule' });
  expect(await check({ rules: [folder] })).toEqual({
    code: 1,
    lines: [
      `${folder}/b.yaml:4: there is no modifier within (T)`,
      `${folder}/x/a.yml:4: the placeholder %c% has no values here (T)`,
      '2 files: 0 detections, 0 correlations, 0 filters load, 2 refused.',
    ],
  });
});

test('rules that all load, with the placeholders of a file, give exit code 0', async () => {
  const folder = await makeFolder({ 'a.yml': rule, 'values.yaml': 'c: [d, e]' });
  expect(await check({ rules: [join(folder, 'a.yml')], placeholders: [join(folder, 'values.yaml')] })).toEqual({
    code: 0,
    lines: ['1 file: 1 detection, 0 correlations, 0 filters load, 0 refused.'],
  });
});

test('what can be read but not run is refused as well', async () => {
  const looking = rule.replace('b|expand: "%c%"', "b|re: 'a(?=b)'").replace('title: T', 'title: T\nid: looking');
  const counting = 'title: C\ncorrelation: {type: event_count, rules: [looking], timespan: 1m, condition: {gte: 2}}\n';
  const folder = await makeFolder({ 'a.yml': looking, 'b.yml': counting });
  const { code, lines } = await check({ rules: [folder] });
  expect([code, lines]).toEqual([
    1,
    [
      expect.stringMatching(/a\.yml:1: the regular expression .* linear time.* \(T\)$/),
      expect.stringMatching(/b\.yml:1: counts the rule looking, which is not there \(C\)$/),
      '2 files: 0 detections, 0 correlations, 0 filters load, 2 refused.',
    ],
  ]);
});

test("a chain of correlations and a range of counts are checked as match takes them: the specification's example loads", async () => {
  const plain = rule.replace('b|expand: "%c%"', 'b: c').replace('title: T', 'title: T\nname: one');
  const range =
    'title: R\nname: range\ncorrelation: {type: event_count, rules: [one], timespan: 1h, condition: {gt: 100, lte: 200}}\n';
  const chain = 'title: C\ncorrelation: {type: event_count, rules: [range], timespan: 1d, condition: {gte: 2}}\n';
  const folder = await makeFolder({ 'a.yml': [plain, range, chain].join('---\n') });
  expect(await check({ rules: [folder] })).toEqual({
    code: 0,
    lines: ['1 file: 1 detection, 2 correlations, 0 filters load, 0 refused.'],
  });
});

test('an aggregation that cannot be run is refused whole', async () => {
  const counting = rule
    .replace('b|expand: "%c%"', 'b: c')
    .replace('condition: a', 'timeframe: 1m\n  condition: a | count() > 60000');
  const folder = await makeFolder({ 'a.yml': counting });
  const { lines } = await check({ rules: [folder] });
  expect(lines.at(-1)).toBe('1 file: 0 detections, 0 correlations, 0 filters load, 1 refused.');
});

test('a path that is not there, or placeholders that are none, are one sentence', async () => {
  await expect(check({ rules: ['/nowhere'] })).rejects.toThrow('/nowhere cannot be read: ENOENT.');
  const folder = await makeFolder({ 'a.yml': rule, 'values.yaml': 'c: {d: e}' });
  const asked = check({ rules: [folder], placeholders: [join(folder, 'values.yaml')] });
  await expect(asked).rejects.toThrow('holds no placeholders: line 1, c has a list of values, not a map.');
});
