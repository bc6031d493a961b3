import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EventView } from '../event-view.ts';
import type { DetectionRule } from '../rule.ts';
import { createEngine } from './engine.ts';
import type { Explanation } from './explain.ts';
import { holdsWhere, passingPlainly, valuesOf, withNumberedLeaves } from './leaves.fixture.ts';
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

/** Fails unless what an explanation names is so, and decides the verdict whatever else is in the event. */
function checkExplanation(given: DetectionRule, event: EventView): Explanation['outcome'] {
  const { rule, leaves } = withNumberedLeaves(given);
  const engine = createEngine([rule]);
  const explanation = engine.explain(rule.id, event);
  expect(explanation.outcome === 'matched').toBe(engine.match(event).length > 0);
  if (explanation.outcome === 'matched') {
    expect(engine.match(event)[0]?.because()).toEqual(explanation.evidence);
    for (const { written, field, values } of explanation.evidence) {
      expect(values).toEqual(passingPlainly(leaves.get(written)!, field ?? '', event));
    }
    const passed = new Set(explanation.evidence.map(({ written }) => written));
    expect(holdsWhere(rule.condition, (written) => passed.has(written))).toBe(true);
  }
  if (explanation.outcome === 'not_matched') {
    const known = new Map(explanation.obstacles.map(({ written, why }) => [written, why === 'excluded']));
    for (const { written, field, why, values } of explanation.obstacles) {
      const leaf = leaves.get(written)!;
      expect(holdsPlainly(leaf, event)).toBe(why === 'excluded');
      if (why === 'excluded') expect(values).toEqual(passingPlainly(leaf, field ?? '', event));
      else if (field !== undefined) expect(values).toEqual(valuesOf(event, field));
    }
    for (const others of [true, false]) {
      expect(holdsWhere(rule.condition, (written) => known.get(written) ?? others)).toBe(false);
    }
  }
  return explanation.outcome;
}

it('an explanation agrees with the verdict, and what it says is so and decides it', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(rules, event, (given, seen) => {
      for (const rule of given) {
        const outcome = checkExplanation(rule, seen);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }),
    { numRuns: 150 },
  );
  // Nothing else would be looked at closely.
  expect(outcomes.get('matched')).toBeGreaterThan(30);
  expect(outcomes.get('not_matched')).toBeGreaterThan(30);
});
