import { readRules } from '@soc/sigma';
import { expect, test } from 'vitest';
import { ruleText } from '../rules.fixture.ts';
import { createDetector } from './detector.ts';
import { encodeRule } from './rule-codec.ts';

test('a part whose events match too often gives up its other events, and says which', () => {
  const texts = ['r-1', 'r-2'].map((id) => ({ file: id, text: ruleText({ id, title: id, contains: 'x' }) }));
  const rules = readRules(texts).rules.map(encodeRule);
  const detector = createDetector(rules, { latenessMs: 0, maxEntries: 10 }, 3);
  const lines = ['{"CommandLine":"x"}', 'no event', '{"CommandLine":"x"}', '{"CommandLine":"x"}', 'none either'];
  const answer = detector.match(Buffer.from(lines.join('\n')), 'product=windows,category=process_creation');
  expect([answer.events, answer.matches.length]).toEqual([5, 4]);
  expect(answer.rejected.map(({ index, code }) => [index, code])).toEqual([
    [1, 'event.malformed'],
    [3, 'event.too_many_matches'],
    [4, 'event.malformed'],
  ]);
});

test('lines are cut at line feeds alone, whatever other bytes are in them', () => {
  const rules = readRules([{ file: 'r', text: ruleText({ id: 'r', title: 'r', contains: 'x' }) }]).rules.map(
    encodeRule,
  );
  const detector = createDetector(rules, { latenessMs: 0, maxEntries: 10 });
  const lines = ['{"CommandLine":"x é"}\r', '{"CommandLine":"x \u2028 𝔵"}', '', '{"CommandLine":"ax"}'];
  const bytes = Buffer.concat([
    Buffer.from(`${lines.join('\n')}\n{"CommandLine":"x `),
    Buffer.from([0xff, 0x22, 0x7d]),
  ]);
  const { events, rejected, matches } = detector.match(bytes, 'product=windows,category=process_creation');
  expect([events, rejected]).toEqual([4, []]);
  const texts = ['{"CommandLine":"x é"}', lines[1], lines[3], '{"CommandLine":"x \ufffd"}'];
  expect(matches.map(({ text }) => text)).toEqual(texts);
});
