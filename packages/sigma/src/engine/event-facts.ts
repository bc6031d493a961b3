import { canonicalField, type EventView, type FieldValue } from '../event-view.ts';
import type { FieldNames } from '../events/field-names.ts';
import { FieldTable } from '../events/field-table.ts';
import { foldCase } from './fold.ts';

/** One text or several; undefined for a field that is not there or holds nothing but null. */
export type Texts = string | readonly string[] | undefined;

type Value = FieldValue | readonly FieldValue[] | undefined;

// Array.isArray does not narrow readonly arrays.
const isList = (value: Value): value is readonly FieldValue[] => Array.isArray(value);

function textsOf(value: Value): Texts {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  if (!isList(value)) return String(value);
  const texts = value.flatMap((one) => (one === null ? [] : [String(one)]));
  return texts.length > 1 ? texts : texts[0];
}

const contentsOf = (fields: EventView['fields']): readonly Value[] =>
  fields instanceof FieldTable ? fields.contents : [...fields.values()];

const foldTexts = (texts: Texts): Texts =>
  typeof texts === 'string' ? foldCase(texts) : texts?.map((text) => foldCase(text));

/** Numbers the fields that rules name, so that what is known of an event lies in arrays. */
export interface Slots {
  readonly of: (field: string) => number;
  /** By canonical name; undefined when no rule names it. */
  readonly find: (name: string) => number | undefined;
  readonly names: readonly string[];
}

export function createSlots(): Slots {
  const names: string[] = [];
  const slots = new Map<string, number>();
  const of = (field: string): number => {
    const name = canonicalField(field);
    const slot = slots.get(name) ?? names.push(name) - 1;
    slots.set(name, slot);
    return slot;
  };
  return { of, find: (name) => slots.get(name), names };
}

const NO_SLOT = -1;

/** Slots by the numbers that names have among those events have been met with. */
class NumberedSlots {
  readonly #slots: Slots;
  #known: FieldNames | undefined;
  #expected = 0;
  #numbered: number[] = [];

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** What is known by now. */
  of(known: FieldNames): readonly number[] {
    if (known !== this.#known || this.#expected !== this.#slots.names.length) {
      this.#known = known;
      this.#expected = this.#slots.names.length;
      this.#numbered = [];
    }
    return this.#numbered;
  }

  /** After `of`, for what it does not hold yet. */
  find(id: number): number {
    const names = this.#known?.numbered ?? [];
    for (let next = this.#numbered.length; next <= id; next += 1) {
      this.#numbered.push(this.#slots.find(names[next]?.dotted ?? '') ?? NO_SLOT);
    }
    return this.#numbered[id] ?? NO_SLOT;
  }
}

/**
 * What rules ask of one event at a time, each answer worked out once and only when asked for. A class, because this is what all
 * rules share in the hot path: the same shape for each engine keeps every access monomorphic.
 */
export class EventFacts {
  readonly #slots: Slots;
  #fields: EventView['fields'] = new Map();
  #turn = 0;
  #isWhole = false;
  /** The slots that the event has, and how many those are. */
  readonly #present: number[] = [];
  #presentCount = 0;
  /** The event a slot was last filled or folded for, as its turn. */
  readonly #filledAt: number[] = [];
  readonly #foldedAt: number[] = [];
  readonly #values: Value[] = [];
  readonly #folded: Texts[] = [];
  #all: readonly string[] | undefined;
  #allFolded: readonly string[] | undefined;
  #joined: string | undefined;
  #joinedFolded: string | undefined;
  readonly #numbered: NumberedSlots;

  constructor(slots: Slots) {
    this.#slots = slots;
    this.#numbered = new NumberedSlots(slots);
  }

  /** For one who asks of a few fields: each is looked up when it is asked for. */
  load(event: EventView): void {
    this.#begin(event.fields);
    this.#isWhole = false;
  }

  /** For one who asks of all of them: what rules name of the event is there at once. */
  loadAll({ fields }: EventView): void {
    this.#begin(fields);
    this.#isWhole = true;
    if (fields instanceof FieldTable) this.#fillFromTable(fields);
    else for (const [name, value] of fields) this.#fill(this.#slots.find(name), value);
  }

  #begin(fields: EventView['fields']): void {
    this.#fields = fields;
    this.#turn += 1;
    this.#presentCount = 0;
    this.#all = undefined;
    this.#allFolded = undefined;
    this.#joined = undefined;
    this.#joinedFolded = undefined;
    while (this.#filledAt.length < this.#slots.names.length) {
      this.#filledAt.push(0);
      this.#foldedAt.push(0);
      this.#values.push(undefined);
      this.#folded.push(undefined);
    }
  }

  #fillFromTable(fields: FieldTable): void {
    const slots = this.#numbered.of(fields.known);
    const { fieldNames, contents } = fields;
    for (let place = 0; place < fieldNames.length; place += 1) {
      const { id, dotted } = fieldNames[place]!; // below the length
      const slot = id < 0 ? this.#slots.find(dotted) : (slots[id] ?? this.#numbered.find(id));
      if (slot !== NO_SLOT) this.#fill(slot, contents[place]);
    }
  }

  #fill(slot: number | undefined, value: Value): void {
    if (slot === undefined) return;
    this.#filledAt[slot] = this.#turn;
    this.#values[slot] = value;
    this.#present[this.#presentCount] = slot;
    this.#presentCount += 1;
  }

  /** After `loadAll`: how many of the fields that rules name the event has. */
  get presentCount(): number {
    return this.#presentCount;
  }

  /** The slots of those fields, by numbers below `presentCount`. */
  presentAt(index: number): number {
    return this.#present[index]!;
  }

  /** The values as they are; undefined when the field is not there. */
  value(slot: number): Value {
    if (this.#filledAt[slot] === this.#turn) return this.#values[slot];
    if (this.#isWhole) return undefined;
    this.#filledAt[slot] = this.#turn;
    // Slots are numbers of names.
    return (this.#values[slot] = this.#fields.get(this.#slots.names[slot]!));
  }

  has(slot: number): boolean {
    return this.value(slot) !== undefined;
  }

  texts(slot: number): Texts {
    const value = this.value(slot);
    return typeof value === 'string' ? value : textsOf(value);
  }

  /** As `texts`, folded for comparison without case. */
  folded(slot: number): Texts {
    if (this.#foldedAt[slot] === this.#turn) return this.#folded[slot];
    this.#foldedAt[slot] = this.#turn;
    return (this.#folded[slot] = foldTexts(this.texts(slot)));
  }

  /** Every text of every field. */
  all(): readonly string[] {
    return (this.#all ??= [...this.#fields.values()].flatMap((value) => textsOf(value) ?? []));
  }

  /** All of them in one, for what may be in any. What only the one has, between two, does no harm. */
  joined(): string {
    return (this.#joined ??= contentsOf(this.#fields).join('\n'));
  }

  joinedFolded(): string {
    return (this.#joinedFolded ??= foldCase(this.joined()));
  }

  allFolded(): readonly string[] {
    return (this.#allFolded ??= this.all().map((text) => foldCase(text)));
  }
}

/** Whether one of the texts passes. */
export function someText(texts: Texts, passes: (text: string) => boolean): boolean {
  if (texts === undefined) return false;
  if (typeof texts === 'string') return passes(texts);
  for (const text of texts) if (passes(text)) return true;
  return false;
}

/** The values of a field one by one; none for a field that is not there. */
export const valuesOf = (value: Value): readonly FieldValue[] =>
  value === undefined ? [] : isList(value) ? value : [value];
