import fc from 'fast-check';
import type { EventView, FieldValue } from '../event-view.ts';
import { type FieldContent, FieldTable } from '../events/field-table.ts';
import type { Expression, PatternPart, RegexTest, TextTest, ValueTest } from '../expression.ts';
import type { DetectionRule, LogSource } from '../rule.ts';

// Few words, fields and log sources, so that rules and events have much in common; among them all that folding stumbles over.

const PLAIN_WORDS = [
  'ab',
  'AB',
  'abcd',
  'bCde',
  'whoami.exe',
  'c:\\Windows\\',
  '\\',
  's',
  'k',
  'i',
  '1',
  '10',
  '4688',
  'true',
];
const ODD_WORDS = [
  '\u017F',
  '\u212A',
  '\u0130',
  '\u03A3',
  '\u03C2',
  '\u03C3',
  'STRASSE',
  'stra\u00DFe',
  '\u{1F600}',
  '\u{10400}',
];
const OTHER_WORDS = ['\u{10428}', ' ', '*', '?', '10.0.0.1', '10.0.0.200', '2026-11-26T21:00:00Z'];
const WORDS = [...PLAIN_WORDS, ...ODD_WORDS, ...OTHER_WORDS];

const word = fc.constantFrom(...WORDS);
const text = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.array(word, { maxLength: 4 }).map((words) => words.join('')),
);
const field = fc.constantFrom('Image', 'image', 'Threat Name', 'ThreatName', 'EventID', 'a.b');

const literal = text.filter((value) => value !== '').map((value): PatternPart => ({ kind: 'literal', text: value }));
const any: fc.Arbitrary<PatternPart> = fc.constant({ kind: 'any' });
const one: fc.Arbitrary<PatternPart> = fc.constant({ kind: 'one' });

/** Literals that are neighbours become one, as the reader has them. */
const joined = (parts: readonly PatternPart[]): readonly PatternPart[] =>
  parts.reduce<readonly PatternPart[]>((before, part) => {
    const last = before.at(-1);
    if (part.kind !== 'literal' || last?.kind !== 'literal') return [...before, part];
    return [...before.slice(0, -1), { kind: 'literal', text: last.text + part.text }];
  }, []);

const pattern = fc.oneof(
  fc.tuple(literal),
  fc.tuple(any, literal),
  fc.tuple(literal, any),
  fc.tuple(any, literal, any),
  fc.array(fc.oneof({ weight: 3, arbitrary: literal }, any, one), { maxLength: 6 }).map(joined),
);

const textTest: fc.Arbitrary<TextTest> = fc.record({
  kind: fc.constant('text'),
  pattern,
  isCased: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const escaped = word.map((value) => value.replaceAll(/[\\.*+?^$()[\]{}|]/g, String.raw`\$&`));

const { regexSource } = fc.letrec<{ regexSource: string; piece: string }>((tie) => ({
  regexSource: fc
    .array(fc.array(tie('piece'), { maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((branches) => branches.map((pieces) => pieces.join('')).join('|')),
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    escaped,
    fc.constantFrom('.', '^', '$', '[a-c]', '[^a]', String.raw`[\]s]`, String.raw`\d`, String.raw`\w`, String.raw`\s`),
    fc
      .tuple(fc.constantFrom('(', '(?:'), tie('regexSource'), fc.constantFrom('', '?', '*', '+', '{2}', '{0,1}', '+?'))
      .map(([open, source, quantifier]) => `${open}${source})${quantifier}`),
    fc
      .tuple(
        fc.constantFrom('a', 'b', 's', 'k', String.raw`\.`, '[ab]'),
        fc.constantFrom('?', '*', '+', '{2}', '{0,1}', '{1,}'),
      )
      .map((parts) => parts.join('')),
  ),
}));

/** Regular expressions in what the syntaxes of RE2 and of JavaScript have in common. */
const regexTest: fc.Arbitrary<RegexTest> = fc.record({
  kind: fc.constant('regex'),
  source: regexSource,
  flags: fc.record({ ignoreCase: fc.boolean(), multiline: fc.boolean(), dotAll: fc.boolean() }),
});

const operator = fc.constantFrom('lt', 'lte', 'gt', 'gte');

const valueTest: fc.Arbitrary<ValueTest> = fc.oneof(
  { weight: 8, arbitrary: textTest },
  { weight: 2, arbitrary: regexTest },
  fc.record({ kind: fc.constant('number'), value: fc.constantFrom(1, 10, 4688, -1, 1.5) }),
  fc.record({ kind: fc.constant('boolean'), value: fc.boolean() }),
  fc.record({ kind: fc.constant('null') }),
  fc.record({ kind: fc.constant('exists'), expected: fc.boolean() }),
  fc.record({ kind: fc.constant('cidr'), cidr: fc.constantFrom('10.0.0.0/8', '10.0.0.1', '10.0.0.0/25', '0.0.0.0/0') }),
  fc.record({ kind: fc.constant('compare'), operator, value: fc.constantFrom(1, 10, 100) }),
  fc.record({
    kind: fc.constant('fieldref'),
    field,
    at: fc.constantFrom('whole', 'start', 'end', 'anywhere'),
    isCased: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('timePart'),
    part: fc.constant('hour'),
    operator: fc.oneof(operator, fc.constant('eq')),
    value: fc.constantFrom(20, 21, 22),
  }),
);

/** Any expression of every kind. */
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('field'), field, test: valueTest, written: fc.constant('…') }),
    },
    fc.record({ kind: fc.constant('keyword'), test: fc.oneof(textTest, regexTest), written: fc.constant('…') }),
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('and', 'or'),
        operands: fc.array(tie('expression'), { maxLength: 4 }),
      }),
    },
    fc.record({ kind: fc.constant('not'), operand: tie('expression') }),
    fc.record({
      kind: fc.constant('search'),
      name: fc.constantFrom('selection', 'filter'),
      expression: tie('expression'),
    }),
  ),
}));

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const product = fc.constantFrom('windows', 'linux');
const service = fc.constantFrom('security', 'sysmon');
const category = fc.constantFrom('process_creation', 'file_event');

const logSource: fc.Arbitrary<LogSource> = fc
  .record({ product: optional(product), service: optional(service), category: optional(category) })
  .map((parts) => Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)));

/** A rule around a condition. */
const ruleOf = (condition: Expression, source: LogSource = {}, id = 'rule'): DetectionRule => ({
  kind: 'detection',
  id,
  title: 'A rule',
  level: 'high',
  references: [],
  tags: [],
  falsePositives: [],
  position: { file: 'rule.yml', line: 1 },
  text: '',
  logSource: source,
  condition,
  searches: new Map(),
  fields: [],
});

/** Rules with ids of their own. */
export const rules: fc.Arbitrary<readonly DetectionRule[]> = fc
  .array(fc.tuple(expression, logSource), { minLength: 1, maxLength: 12 })
  .map((all) => all.map(([condition, source], index) => ruleOf(condition, source, `rule ${index}`)));

const fieldValue: fc.Arbitrary<FieldValue> = fc.oneof(
  { weight: 6, arbitrary: text },
  fc.constantFrom<FieldValue>(1, 10, 4688, 1.5, true, false, null),
);

const canonicalName = fc.constantFrom('image', 'threatname', 'eventid', 'a.b', 'other');

/** The same as in a Map, in what events are read into. */
function tableOf(entries: readonly (readonly [string, FieldContent])[]): FieldTable {
  const table = new FieldTable();
  for (const [name, content] of entries) table.put(table.known.named(name), content);
  return table;
}

/** An event with fields that the rules name. */
export const event: fc.Arbitrary<EventView> = fc.record({
  product: optional(product),
  services: fc.uniqueArray(service),
  categories: fc.uniqueArray(category),
  fields: fc
    .tuple(
      fc.array(
        fc.tuple(canonicalName, fc.oneof({ weight: 4, arbitrary: fieldValue }, fc.array(fieldValue, { maxLength: 3 }))),
      ),
      fc.boolean(),
    )
    .map(([entries, isTable]) => (isTable ? tableOf(entries) : new Map(entries))),
  timeMs: fc.constant(undefined),
});
