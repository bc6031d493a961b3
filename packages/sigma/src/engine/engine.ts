import type { EventView } from '../event-view.ts';
import type { DetectionRule, Refusal } from '../rule.ts';
import { compileCondition } from './compile-condition.ts';
import { createSlots, EventFacts } from './event-facts.ts';
import { createExplainer, type Evidence, type Explanation } from './explain.ts';
import { createLogSourceIndex, logSourceKey } from './log-source-index.ts';
import { Candidates, createRuleIndex } from './rule-index.ts';
import { type Compilation, type FactsPredicate, startCompilation } from './value-predicate.ts';

/** A rule that an event matched. */
export interface Match {
  readonly rule: DetectionRule;
  /** What made it match; worked out when asked, from the event as it then is. */
  because(): readonly Evidence[];
}

/** Rules compiled for matching. Keeps nothing of the events it has seen. */
export interface Engine {
  /** The rules that the event matches, in the order they were given. */
  match(event: EventView): readonly Match[];
  /** Why a rule matches an event, or why not. */
  explain(ruleId: string, event: EventView): Explanation;
  /** How many rules it matches. */
  readonly rules: number;
  /** Rules that could not be compiled, e.g. for a regular expression that cannot run in linear time. */
  readonly refusals: readonly Refusal[];
}

interface CompiledRules {
  readonly rules: readonly DetectionRule[];
  readonly tests: readonly FactsPredicate[];
  readonly refusals: readonly Refusal[];
}

function compileRules(given: readonly DetectionRule[], slots: Compilation['slots']): CompiledRules {
  const rules: DetectionRule[] = [];
  const tests: FactsPredicate[] = [];
  const refusals: Refusal[] = [];
  for (const rule of given) {
    const compilation = startCompilation(slots);
    const test = compileCondition(rule.condition, compilation);
    if (compilation.reasons.size > 0) {
      const { position, title, id } = rule;
      refusals.push({ ...position, title, id, reason: [...compilation.reasons].join('; ') });
    } else {
      rules.push(rule);
      tests.push(test);
    }
  }
  return { rules, tests, refusals };
}

const NO_MATCHES: readonly Match[] = [];

/**
 * Compiles rules once, for many events. An event is looked at by the rules of its log source that have something in common with
 * it, found by an index; the index leaves out only rules that cannot match. Rules that cannot be compiled are refused, the
 * others work. Not reentrant: `match` is called for one event after the other.
 */
export function createEngine(given: readonly DetectionRule[]): Engine {
  const slots = createSlots();
  const { rules, tests, refusals } = compileRules(given, slots);
  const numbers = Map.groupBy(rules.keys(), (number) => logSourceKey(rules[number]?.logSource ?? {}));
  const indexes = createLogSourceIndex(
    new Map(
      [...numbers].map(([key, ofSource]) => {
        // Numbers of rules.
        const conditions = new Map(ofSource.map((number) => [number, rules[number]!.condition]));
        return [key, createRuleIndex(conditions, slots)];
      }),
    ),
  );
  const byId = new Map(rules.toReversed().map((rule) => [rule.id, rule]));
  const refusedById = new Map(refusals.map((refusal) => [refusal.id, refusal]));
  const facts = new EventFacts(slots);
  const candidates = new Candidates();
  const explainer = createExplainer();

  const match = (event: EventView): readonly Match[] => {
    facts.loadAll(event);
    candidates.begin();
    for (const findCandidates of indexes.of(event)) findCandidates(facts, candidates);
    const matched: number[] = [];
    for (let index = 0; index < candidates.count; index += 1) {
      const number = candidates.at(index);
      // Candidates are numbers of rules, here and below.
      if (tests[number]!(facts)) matched.push(number);
    }
    if (matched.length === 0) return NO_MATCHES;
    return matched
      .toSorted((a, b) => a - b)
      .map((number) => {
        const rule = rules[number]!;
        return { rule, because: () => explainer.evidence(rule, event) };
      });
  };

  return {
    match,
    explain: (ruleId, event) => {
      const rule = byId.get(ruleId);
      if (rule) return explainer.explain(rule, event);
      const refusal = refusedById.get(ruleId);
      return refusal ? { outcome: 'refused_rule', reason: refusal.reason } : { outcome: 'unknown_rule' };
    },
    rules: rules.length,
    refusals,
  };
}
