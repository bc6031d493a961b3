import { expect, test } from 'vitest';
import { readRules } from './read-rules.ts';

const read = (...documents: readonly string[]) =>
  readRules([{ file: 'a.yml', text: documents.map((document) => `${document}\n`).join('---\n') }]);

const global = 'action: global\ntitle: G\nid: x\ndetection: {condition: sel}';
const sysmon = 'logsource: {product: windows, service: sysmon}\ndetection: {sel: {EventID: 1}}';
const security = 'logsource: {product: windows, service: security}\ndetection: {sel: {EventID: 4688}}';

test('what a global document says, every following one says, until reset', () => {
  const whole = `title: W\n${sysmon.replace('}}', '}, condition: sel}')}`;
  const { rules, refusals } = read(global, sysmon, security, 'action: reset', whole);
  expect(refusals).toEqual([]);
  expect(rules.map(({ id, title, position: { line } }) => `${id} ${title} ${line}`)).toEqual([
    'x G 6',
    'x-2 G 9',
    'a.yml#W W 14',
  ]);
});

test('a repeated document is the one before it with what it says otherwise', () => {
  const first = `title: F\nid: y\nlevel: low\n${sysmon.replace('}}', '}, condition: sel}')}`;
  const { rules, refusals } = read(first, `action: repeat\nlevel: high\n${security}`, 'action: repeat\ntitle: H');
  expect(refusals).toEqual([]);
  expect(rules).toMatchObject([
    { id: 'y', level: 'low', logSource: { service: 'sysmon' } },
    { id: 'y-2', level: 'high', logSource: { service: 'security' }, title: 'F' },
    { id: 'y-3', level: 'high', logSource: { service: 'security' }, title: 'H' },
  ]);
});

test('what is kept of a document of a collection says the same by itself', () => {
  const awkward = `${security}\ndescription: "a: #b\\n'c'"\nfields: []\ntags: [attack.t1]\n`.replace('4688', '0x10');
  const { rules } = read(global, sysmon, awkward);
  const again = readRules(rules.map(({ text }) => ({ file: 'a.yml', text })));
  expect(again.refusals).toEqual([]);
  const plain = ({ position: _, text: __, ...rest }: (typeof rules)[number]) => rest;
  expect(again.rules.map(plain)).toEqual(rules.map(plain));
});

test.each([
  [
    'two that say different things',
    [global, `${sysmon}\ntitle: Other`],
    '8 title is said in line 2 for all documents and here again',
  ],
  ['an unknown action', ['action: include\ntitle: T'], '1 action is global, reset or repeat'],
  ['nothing to repeat', ['action: repeat\ntitle: T'], '1 there is no document before this one to repeat'],
])('%s are refused', (_, documents, reason) => {
  expect(read(...documents).refusals.map(({ line, reason: told }) => `${line} ${told}`)).toEqual([reason]);
});

test('an id or a name that two rules have is refused the second time, across files', () => {
  const rule = (head: string): string => `title: T\n${head}\n${sysmon.replace('}}', '}, condition: sel}')}\n`;
  const { rules, refusals } = readRules([
    { file: 'a.yml', text: rule('id: x\nname: n') },
    { file: 'b.yml', text: rule('id: x') },
    { file: 'c.yml', text: rule('name: n') },
  ]);
  expect(rules).toHaveLength(1);
  expect(refusals).toMatchObject([
    { file: 'b.yml', line: 1, reason: 'its id x is that of a.yml:1' },
    { file: 'c.yml', line: 1, reason: 'its name n is that of a.yml:1' },
  ]);
});
