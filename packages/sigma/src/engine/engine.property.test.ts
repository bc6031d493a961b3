import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEngine } from './engine.ts';
import { matchesPlainly } from './plain-evaluator.fixture.ts';
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

it('an explanation agrees with the verdict, and says what decided', () => {
  fc.assert(
    fc.property(rules, event, (given, seen) => {
      const engine = createEngine(given);
      const matched = new Set(engine.match(seen).map(({ rule }) => rule.id));
      for (const { id } of given) {
        const explanation = engine.explain(id, seen);
        expect(explanation.outcome === 'matched').toBe(matched.has(id));
      }
    }),
    { numRuns: 150 },
  );
});
