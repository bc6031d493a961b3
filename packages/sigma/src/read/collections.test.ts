import { expect, test } from 'vitest';
import { readRules } from './read-rules.ts';

const read = (...documents: readonly string[]) =>
  readRules([{ file: 'a.yml', text: documents.map((document) => `${document}\n`).join('---\n') }]);

const global = 'action: global\ntitle: G\nid: x\ndetection: {condition: sel}';
const sysmon = 'logsource: {product: windows, service: sysmon}\ndetection: {sel: {EventID: 1}}';
const security = 'logsource: {product: windows, service: security}\ndetection: {sel: {EventID: 4688}}';
const whole = (title: string): string => `title: ${title}\n${sysmon.replace('}}', '}, condition: sel}')}`;

test('what a global document says, every following one says, until reset', () => {
  const { rules, refusals } = read(global, sysmon, security, 'action: reset', whole('W'));
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

const unused = 'no document follows that builds on this global one';
const lost = 'the global document before it is refused';

test.each<[string, readonly string[], readonly string[], readonly string[]]>([
  ['a global document that ends the file', [`action: global\n${whole('A')}`], [`1 ${unused}`], []],
  ['one that another replaces', [global, `action: global\n${whole('A')}`, 'level: low'], [`1 ${unused}`], ['A']],
  ['one that is reset at once', [global, 'action: reset', whole('A')], [`1 ${unused}`], ['A']],
  [
    'a reset that is a rule as well',
    [global, sysmon, `action: reset\n${whole('A')}`, whole('B')],
    ['9 a document with action: reset says nothing else'],
    ['G', 'B'],
  ],
  [
    'what follows a refused global document',
    ['action: global\nlevel: low\nlevel: high', whole('A'), whole('B'), 'action: reset', whole('C')],
    ['3 the key level is there twice', `5 ${lost}`, `9 ${lost}`],
    ['C'],
  ],
  [
    'what follows an unknown action',
    ['action: glob\nlevel: low', whole('A')],
    ['1 action is global, reset or repeat', `4 ${lost}`],
    [],
  ],
  [
    'a repetition of what is refused',
    [whole('A'), `${whole('B')}\nlevel: low\nlevel: high`, 'action: repeat\ntitle: C', whole('D')],
    ['9 the key level is there twice', '11 the document that it repeats is refused'],
    ['A', 'D'],
  ],
])('%s is refused, never altered or lost in silence', (_, documents, refused, loaded) => {
  const { rules, refusals } = read(...documents);
  expect(refusals.map(({ line, reason }) => `${line} ${reason}`)).toEqual(refused);
  expect(rules.map(({ title }) => title)).toEqual(loaded);
});

test('a broken document takes what follows with it only where it was meant for all', () => {
  const { rules, refusals } = read(whole('A'), `author: "x" y\n${whole('B')}`, whole('C'));
  expect([rules.map(({ title }) => title), refusals.length]).toEqual([['A', 'C'], 1]);
  const late = read(whole('A'), `action: global\nauthor: "x" y`, whole('C'));
  expect(late.rules.map(({ title }) => title)).toEqual(['A']);
  expect(late.refusals.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^not YAML/), lost]);
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
