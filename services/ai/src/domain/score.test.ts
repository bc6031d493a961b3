import { readFileSync } from 'node:fs';
import { Severity } from '@soc/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreOf } from './score.ts';
import { NO_HISTORY, type Signals } from './signals.ts';

const plain: Signals = {
  severity: 'medium',
  rule: 'edr 4711',
  history: NO_HISTORY,
  sightings: [],
  intel: null,
  asset: null,
};

const history = (truePositives: number, benignTruePositives: number, falsePositives: number) => ({
  history: { truePositives, benignTruePositives, falsePositives },
});
const hit = (confidence: number) => ({
  intel: { type: 'domain' as const, value: 'evil.example', confidence, threat: 'RainCloud' },
});
const asset = (value: number) => ({ asset: { entity: 'dc-01', name: 'domain controllers', value } });

const points = (signals: Signals) =>
  Object.fromEntries(scoreOf(signals).features.map(({ feature, contribution }) => [feature, contribution]));

describe('scoreOf', () => {
  it('adds nothing for what it does not know', () => {
    expect(points(plain)).toEqual({
      severity: 25,
      source_history: 0,
      entity_rarity: 0,
      intel_hits: 0,
      asset_value: 0,
    });
  });

  it.each<[Severity, number]>([
    ['informational', 0],
    ['low', 13],
    ['medium', 25],
    ['high', 38],
    ['critical', 50],
  ])('gives severity %s %i points', (severity, expected) => {
    expect(scoreOf({ ...plain, severity }).score).toBe(expected);
  });

  it('believes a history the more, the longer it is', () => {
    const few = points({ ...plain, ...history(0, 0, 1) })['source_history'];
    const many = points({ ...plain, ...history(0, 0, 96) })['source_history'];
    expect([few, many]).toEqual([-4, -19]);
    expect(points({ ...plain, ...history(96, 0, 0) })['source_history']).toBe(19);
    expect(points({ ...plain, ...history(5, 0, 5) })['source_history']).toBe(0);
  });

  it('gives less for an entity, the more often it was seen', () => {
    const rarity = (sightings: number[]) => points({ ...plain, sightings })['entity_rarity'];
    expect([rarity([0]), rarity([1]), rarity([9]), rarity([1_000]), rarity([0, 1])]).toEqual([10, 5, 1, 0, 8]);
  });

  it('shows what it cuts off above 100 and below 0', () => {
    const high = scoreOf({
      ...plain,
      severity: 'critical',
      sightings: [0],
      ...hit(100),
      ...asset(100),
      ...history(99, 0, 0),
    });
    expect(high.score).toBe(100);
    expect(high.features.at(-1)).toEqual({
      feature: 'clamping',
      value: 124,
      weight: 1,
      contribution: -24,
      explanation: 'the sum 124 is cut to 100',
    });
    const low = scoreOf({ ...plain, severity: 'informational', ...history(0, 0, 96) });
    expect(low.features.at(-1)).toMatchObject({ feature: 'clamping', value: -19, contribution: 19 });
    expect(low.score).toBe(0);
  });

  it.each<[string, Partial<Signals>, string]>([
    ['a high score', { severity: 'critical', ...hit(80) }, 'true_positive'],
    ['a score just below', { severity: 'critical', sightings: [0], ...hit(30) }, 'undetermined'],
    ['a rule that is nearly always wrong', { ...history(1, 0, 9) }, 'false_positive'],
    ['a rule that is often wrong', { ...history(3, 0, 7) }, 'undetermined'],
    ['a rule that was wrong twice', { ...history(0, 0, 2) }, 'undetermined'],
    ['a rule that is nearly always benign', { ...history(0, 9, 1) }, 'benign_true_positive'],
    ['a rule that is wrong, with a hit of intel', { ...history(0, 0, 9), ...hit(30) }, 'undetermined'],
  ])('suggests, for %s, a verdict', (_, signals, verdict) => {
    expect(scoreOf({ ...plain, ...signals }).suggestedVerdict).toBe(verdict);
  });

  it('explains the points in words', () => {
    const { explanation } = scoreOf({ ...plain, severity: 'high', ...hit(90), ...history(0, 0, 1) });
    expect(explanation).toBe(
      '61 of 100: +38 the source calls it high; −4 of 1 closed alerts of edr 4711, 0 were true and 1 false positives; ' +
        '+27 evil.example is known as RainCloud, confidence 90. Suggested undetermined: nothing decides it.',
    );
  });

  const signals: fc.Arbitrary<Signals> = fc.record({
    severity: fc.constantFrom(...Severity.options),
    rule: fc.string(),
    history: fc.record({ truePositives: fc.nat(), benignTruePositives: fc.nat(), falsePositives: fc.nat() }),
    sightings: fc.array(fc.nat(), { maxLength: 20 }),
    intel: fc.option(fc.nat(100).map((confidence) => hit(confidence).intel)),
    asset: fc.option(fc.nat(100).map((value) => asset(value).asset)),
  });

  it('stays within 0 and 100, in whole points, and its contributions add up to it', () => {
    fc.assert(
      fc.property(signals, (given) => {
        const { score, features } = scoreOf(given);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        expect(features.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(score);
        const beyond = features.filter(
          ({ feature, contribution, weight }) => feature !== 'clamping' && Math.abs(contribution) > weight,
        );
        expect(beyond).toEqual([]);
      }),
    );
  });

  it('gives the same for the same signals, whatever the order of the entities', () => {
    fc.assert(
      fc.property(signals, (given) => {
        const again = { ...structuredClone(given), sightings: given.sightings.toReversed() };
        expect(scoreOf(again).score).toBe(scoreOf(given).score);
        expect(scoreOf(structuredClone(given))).toEqual(scoreOf(given));
      }),
    );
  });

  it('never scores lower for a surer indicator, a dearer asset or a graver severity', () => {
    fc.assert(
      fc.property(signals, fc.nat(100), fc.nat(100), (given, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(scoreOf({ ...given, ...hit(more) }).score).toBeGreaterThanOrEqual(
          scoreOf({ ...given, ...hit(less) }).score,
        );
        expect(scoreOf({ ...given, ...asset(more) }).score).toBeGreaterThanOrEqual(
          scoreOf({ ...given, ...asset(less) }).score,
        );
        const graver = Severity.options[Severity.options.indexOf(given.severity) + 1] ?? given.severity;
        expect(scoreOf({ ...given, severity: graver }).score).toBeGreaterThanOrEqual(scoreOf(given).score);
      }),
    );
  });
});

describe('the README', () => {
  it('works an example through as the model does', () => {
    const example: Signals = {
      severity: 'high',
      rule: 'edr 4711',
      ...history(6, 1, 3),
      sightings: [0, 0, 4],
      ...hit(90),
      ...asset(90),
    };
    const { score, features } = scoreOf(example);
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const rows = readme
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, feature]) => features.some((one) => `\`${one.feature}\`` === feature))
      .map(([, feature, , value, weight, contribution]) => [
        feature,
        Number(value),
        Number(weight),
        Number(contribution),
      ]);
    expect(rows).toEqual(
      features.map(({ feature, value, weight, contribution }) => [`\`${feature}\``, value, weight, contribution]),
    );
    expect(readme).toContain(`**${score}**`);
  });
});
