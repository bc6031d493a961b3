import { createEdgeLookup } from './edge-lookup.ts';
import type { EventFacts, Slots } from './event-facts.ts';
import { createKeywordScan } from './keyword-scan.ts';
import { createLiteralScan, type LiteralScan } from './literal-scanner.ts';
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

  addAll(rules: readonly number[]): void {
    for (const rule of rules) {
      if (this.#seenAt[rule] === this.#turn) continue;
      this.#seenAt[rule] = this.#turn;
      this.#rules[this.#count] = rule;
      this.#count += 1;
    }
  }

  get count(): number {
    return this.#count;
  }

  at(index: number): number {
    // Below count.
    return this.#rules[index]!;
  }
}

/** The rules that wait for a text, by the text. */
type RuleLists = Map<string, number[]>;

const TEXT_KINDS = ['value', 'part', 'start', 'end'] as const;

interface FieldAtoms extends Record<(typeof TEXT_KINDS)[number], RuleLists> {
  readonly present: number[];
}

const noAtoms = (): FieldAtoms => ({
  value: new Map(),
  part: new Map(),
  start: new Map(),
  end: new Map(),
  present: [],
});

function addTo(lists: RuleLists, text: string, rule: number): void {
  const rules = lists.get(text);
  if (!rules) lists.set(text, [rule]);
  else if (rules.at(-1) !== rule) rules.push(rule);
}

type TextFinder = (text: string, candidates: Candidates) => void;

/** Tells candidates of the rules that wait for what is found in a text. */
function createFinder(
  lists: RuleLists,
  compile: (literals: ReadonlyMap<string, number>) => LiteralScan,
): TextFinder | undefined {
  if (lists.size === 0) return undefined;
  const rules = [...lists.values()];
  const scan = compile(new Map([...lists.keys()].map((text, index) => [text, index])));
  let found: Candidates | undefined;
  // One function for all texts: one made for each would cost more than the scan of a short text.
  const sink = (literal: number): void => found?.addAll(rules[literal] ?? []);
  return (text, candidates) => {
    found = candidates;
    scan(text, sink);
  };
}

/** Lengths of values that are told apart; longer ones count as this. */
const LONGEST_VALUE = 255;

/** Looks up whole texts, and only those as long as one that rules wait for: to look one up takes in its length. */
function createValueFinder(value: RuleLists): TextFinder | undefined {
  if (value.size === 0) return undefined;
  const lengthOf = (text: string): number => Math.min(text.length, LONGEST_VALUE);
  const isLength = new Uint8Array(LONGEST_VALUE + 1);
  for (const text of value.keys()) isLength[lengthOf(text)] = 1;
  return (text, candidates) => {
    const rules = isLength[lengthOf(text)] === 1 ? value.get(text) : undefined;
    if (rules) candidates.addAll(rules);
  };
}

/** Tells candidates of the rules that wait for what is found in any text of an event. */
function createKeywordFinder(lists: RuleLists): FieldFinder | undefined {
  if (lists.size === 0) return undefined;
  const rules = [...lists.values()];
  const scan = createKeywordScan(new Map([...lists.keys()].map((text, index) => [text, index])));
  return (facts, candidates) => {
    scan(
      facts.joined(),
      () => facts.joinedFolded(),
      (literal) => candidates.addAll(rules[literal] ?? []),
    );
  };
}

function createTextFinders({ value, part, start, end }: FieldAtoms): readonly TextFinder[] {
  const finders = [
    createValueFinder(value),
    createFinder(end, (literals) => createEdgeLookup(literals, 'end')),
    createFinder(start, (literals) => createEdgeLookup(literals, 'start')),
    createFinder(part, createLiteralScan),
  ];
  return finders.filter((finder) => finder !== undefined);
}

/** For an event that has the field. */
type FieldFinder = (facts: EventFacts, candidates: Candidates) => void;

function createFieldFinder(slot: number, atoms: FieldAtoms): FieldFinder {
  const { present } = atoms;
  const finders = createTextFinders(atoms);
  return (facts, candidates) => {
    candidates.addAll(present);
    if (finders.length === 0) return;
    const texts = facts.folded(slot);
    if (texts === undefined) return;
    for (const find of finders) {
      if (typeof texts === 'string') find(texts, candidates);
      else for (const text of texts) find(text, candidates);
    }
  };
}

/** Tells which rules an event may match: every rule it does match, and few others. */
export type RuleIndex = (facts: EventFacts, candidates: Candidates) => void;

/** An index over rules that share a log source, by their numbers. */
export function createRuleIndex(conditions: ReadonlyMap<number, Expression>, slots: Slots): RuleIndex {
  const always: number[] = [];
  const keywords: RuleLists = new Map();
  const byField = new Map<string, FieldAtoms>();
  const add = (atom: Atom, rule: number): void => {
    if (atom.kind === 'keyword') return addTo(keywords, atom.text, rule);
    const atoms = byField.get(atom.field) ?? noAtoms();
    byField.set(atom.field, atoms);
    if (atom.kind !== 'present') addTo(atoms[atom.kind], atom.text, rule);
    else if (atoms.present.at(-1) !== rule) atoms.present.push(rule);
  };
  for (const [rule, condition] of conditions) {
    const necessary = necessaryFor(condition);
    if (necessary) for (const atom of necessary.atoms) add(atom, rule);
    else always.push(rule);
  }
  const findKeywords = createKeywordFinder(keywords);
  const bySlot: (FieldFinder | undefined)[] = Array.from(slots.names, () => undefined);
  for (const [field, atoms] of byField) {
    const slot = slots.of(field);
    bySlot[slot] = createFieldFinder(slot, atoms);
  }
  return (facts, candidates) => {
    candidates.addAll(always);
    for (let index = 0; index < facts.presentCount; index += 1) bySlot[facts.presentAt(index)]?.(facts, candidates);
    findKeywords?.(facts, candidates);
  };
}
