import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sharedData } from '../sigmahq.fixture.ts';
import { readRules } from './read-rules.ts';

const shared = sharedData(
  process.env['SOC_SHARED_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname,
);
const folder = '01-sigma-rules/spec/schema-tests';
const files = shared.isThere ? shared.files(folder, '*/*.yml') : [];

/** What the examples count or filter, without being there themselves. */
function named(text: string): readonly { readonly file: string; readonly text: string }[] {
  const section = /^ {4}rules:\s*\n((?: {8}- .*\n)+)/m.exec(text)?.[1] ?? '';
  const logSource = /^logsource:\n(?: {4}.*\n)+/m.exec(text)?.[0] ?? 'logsource: {product: p}\n';
  return [...section.matchAll(/^ {8}- ([\w-]+)/gm)].map(([, id = '']) => ({
    file: id,
    text: `title: ${id}\nid: ${id}\n${logSource}detection: {a: {b: c}, condition: a}`,
  }));
}

test.skipIf(!shared.isThere)('the examples of the specification load (SOC_SHARED_DATA, 01-sigma-rules)', () => {
  expect(files).toHaveLength(12);
  for (const file of files) {
    const text = readFileSync(shared.path(`${folder}/${file}`), 'utf8');
    const others = named(text);
    const { rules, filters, refusals } = readRules([{ file, text }, ...others]);
    expect([file, refusals]).toEqual([file, []]);
    expect([file, rules.length + filters.length]).toEqual([file, others.length + 1]);
    const expected = file.includes('temporal') ? 3 : { rules: 0, filter: 2, correlation: 1 }[file.split('/')[0] ?? ''];
    expect([file, others.length]).toEqual([file, expected]);
  }
});
