import type { EventFacts, Slots, Texts } from './event-facts.ts';
import { createLiteralScanner, type LiteralScanner } from './literal-scanner.ts';
import { type Atom, necessaryFor } from './necessary.ts';
import type { Expression } from '../expression.ts';

/** Collects rules by number, each once an event. */
export class Candidates {
  readonly #seenAt: number[] = [];
  #turn = 0;
  #count = 0;
  readonly #rules: number[] = [];

  begin(): void {
    this.#turn += 1;
    this.#count = 0;
  }

  add(rule: number): void {
    if (this.#seenAt[rule] === this.#turn) return;
    this.#seenAt[rule] = this.#turn;
    this.#rules[this.#count] = rule;
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  at(index: number): number {
    // Below count.
    return this.#rules[index]!;
  }
}

type RuleLists = Map<string, number[]>;

interface FieldAtoms {
  readonly values: RuleLists;
  readonly parts: RuleLists;
  readonly present: number[];
}

function addTo(lists: RuleLists, text: string, rule: number): void {
  const rules = lists.get(text);
  if (!rules) lists.set(text, [rule]);
  else if (rules.at(-1) !== rule) rules.push(rule);
}

/** Finds the parts of a text, and the rules that wait for them. */
function createPartFinder(parts: RuleLists): ((text: string, candidates: Candidates) => void) | undefined {
  if (parts.size === 0) return undefined;
  const rules = [...parts.values()];
  const scanner: LiteralScanner = createLiteralScanner(new Map([...parts.keys()].map((text, index) => [text, index])));
  let found: Candidates | undefined;
  const sink = (literal: number): void => {
    for (const rule of rules[literal] ?? []) found?.add(rule);
  };
  return (text, candidates) => {
    found = candidates;
    scanner.scan(text, sink);
  };
}

type FieldFinder = (facts: EventFacts, candidates: Candidates) => void;

function createFieldFinder(slot: number, { values, parts, present }: FieldAtoms): FieldFinder {
  const findParts = createPartFinder(parts);
  const findIn = (text: string, candidates: Candidates): void => {
    const rules = values.get(text);
    if (rules) for (const rule of rules) candidates.add(rule);
    findParts?.(text, candidates);
  };
  const isForText = values.size > 0 || findParts !== undefined;
  return (facts, candidates) => {
    if (facts.value(slot) === undefined) return;
    for (const rule of present) candidates.add(rule);
    if (!isForText) return;
    const texts: Texts = facts.folded(slot);
    if (typeof texts === 'string') findIn(texts, candidates);
    else if (texts) for (const text of texts) findIn(text, candidates);
  };
}

/** Tells which rules an event may match: every rule it does match, and few others. */
export interface RuleIndex {
  readonly find: (facts: EventFacts, candidates: Candidates) => void;
}

/** An index over rules that share a log source, by their numbers. */
export function createRuleIndex(conditions: ReadonlyMap<number, Expression>, slots: Slots): RuleIndex {
  const always: number[] = [];
  const keywords: RuleLists = new Map();
  const byField = new Map<string, FieldAtoms>();
  const atomsOf = (field: string): FieldAtoms => {
    const atoms = byField.get(field) ?? { values: new Map(), parts: new Map(), present: [] };
    byField.set(field, atoms);
    return atoms;
  };
  const add = (atom: Atom, rule: number): void => {
    if (atom.kind === 'value') addTo(atomsOf(atom.field).values, atom.text, rule);
    else if (atom.kind === 'present') atomsOf(atom.field).present.push(rule);
    else addTo(atom.field === undefined ? keywords : atomsOf(atom.field).parts, atom.text, rule);
  };
  for (const [rule, condition] of conditions) {
    const necessary = necessaryFor(condition);
    if (necessary) for (const atom of necessary.atoms) add(atom, rule);
    else always.push(rule);
  }
  const findKeywords = createPartFinder(keywords);
  const finders = [...byField].map(([field, atoms]) => createFieldFinder(slots.of(field), atoms));
  return {
    find: (facts, candidates) => {
      for (const rule of always) candidates.add(rule);
      for (const find of finders) find(facts, candidates);
      if (findKeywords) for (const text of facts.allFolded()) findKeywords(text, candidates);
    },
  };
}
