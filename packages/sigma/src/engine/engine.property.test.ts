import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EventView } from '../event-view.ts';
import { createEngine } from './engine.ts';
import type { Evidence, Explanation, Obstacle } from './explain.ts';
import { holdsWhere, type NumberedRule, passingPlainly, valuesOf, withNumberedLeaves } from './leaves.fixture.ts';
import { holdsPlainly, matchesPlainly } from './plain-evaluator.fixture.ts';
import { event, rules } from './random-rules.fixture.ts';

it('the index and the compiled tests never change a verdict', () => {
  let matches = 0;
  const events = fc.array(event, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(rules, events, (given, seen) => {
      const engine = createEngine(given);
      expect(engine.refusals).toEqual([]);
      for (const one of seen) {
        const matched = engine.match(one).map(({ rule }) => rule.id);
        expect(matched).toEqual(given.filter((rule) => matchesPlainly(rule, one)).map(({ id }) => id));
        matches += matched.length;
      }
    }),
    { numRuns: 600 },
  );
  // Rules that never match would prove nothing.
  expect(matches).toBeGreaterThan(1_000);
});

const isSame = (some: unknown, others: unknown): boolean => JSON.stringify(some) === JSON.stringify(others);

/** What is wrong with the evidence of a match: each has to be so, and together they have to make the condition hold. */
function lapsesOfEvidence({ rule, leaves }: NumberedRule, seen: EventView, evidence: readonly Evidence[]) {
  const wrong = evidence.filter(({ written, field, values }) => {
    const leaf = leaves.get(written);
    return !leaf || !isSame(values, passingPlainly(leaf, field ?? '', seen));
  });
  const passed = new Set(evidence.map(({ written }) => written));
  const decides = holdsWhere(rule.condition, (written) => passed.has(written));
  return [...wrong, ...(decides ? [] : ['the evidence does not make the rule match'])];
}

/** What is wrong with obstacles: each has to be so, and they have to keep the rule from matching whatever else passes. */
function lapsesOfObstacles({ rule, leaves }: NumberedRule, seen: EventView, obstacles: readonly Obstacle[]) {
  const wrong = obstacles.filter(({ written, field, why, values }) => {
    const leaf = leaves.get(written);
    if (!leaf || holdsPlainly(leaf, seen) !== (why === 'excluded')) return true;
    if (why === 'excluded') return !isSame(values, passingPlainly(leaf, field ?? '', seen));
    return !isSame(values, field === undefined ? [] : valuesOf(seen, field));
  });
  const known = new Map(obstacles.map(({ written, why }) => [written, why === 'excluded']));
  const mayHold = [true, false].some((others) => holdsWhere(rule.condition, (written) => known.get(written) ?? others));
  return [...wrong, ...(mayHold ? ['the obstacles do not keep the rule from matching'] : [])];
}

function lapsesOf(explanation: Explanation, rule: NumberedRule, seen: EventView): readonly unknown[] {
  if (explanation.outcome === 'matched') return lapsesOfEvidence(rule, seen, explanation.evidence);
  if (explanation.outcome === 'not_matched') return lapsesOfObstacles(rule, seen, explanation.obstacles);
  return [];
}

it('an explanation agrees with the verdict, and what it says is so and decides it', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(rules, event, (given, seen) => {
      for (const numbered of given.map(withNumberedLeaves)) {
        const engine = createEngine([numbered.rule]);
        const explanation = engine.explain(numbered.rule.id, seen);
        const { outcome } = explanation;
        const matches = engine.match(seen).map((match) => match.because());
        expect(matches).toEqual(outcome === 'matched' ? [explanation.evidence] : []);
        expect(lapsesOf(explanation, numbered, seen)).toEqual([]);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }),
    { numRuns: 150 },
  );
  // Nothing else would be looked at closely.
  expect(outcomes.get('matched')).toBeGreaterThan(30);
  expect(outcomes.get('not_matched')).toBeGreaterThan(30);
});
