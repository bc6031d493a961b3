import { canonicalField, type EventView, type FieldValue } from '../event-view.ts';
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

/** What is in one of the texts is in the one; a text that only the one has does no harm. */
function joinTexts(values: Iterable<Value>): string {
  let joined = '';
  for (const value of values) {
    if (typeof value === 'string') joined += `${value}\n`;
    else {
      const texts = textsOf(value);
      if (texts !== undefined) joined += `${typeof texts === 'string' ? texts : texts.join('\n')}\n`;
    }
  }
  return joined;
}

const foldTexts = (texts: Texts): Texts =>
  typeof texts === 'string' ? foldCase(texts) : texts?.map((text) => foldCase(text));

/** Numbers the fields that rules name, so that what is known of an event lies in arrays. */
export interface Slots {
  readonly of: (field: string) => number;
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
  return { of, names };
}

/**
 * What rules ask of one event at a time, each answer worked out once and only when asked for. A class, because this is what all
 * rules share in the hot path: the same shape for each engine keeps every access monomorphic.
 */
export class EventFacts {
  readonly #names: readonly string[];
  #fields: EventView['fields'] = new Map();
  #turn = 0;
  /** The event a slot was last read or folded for, as its turn. */
  readonly #readAt: number[] = [];
  readonly #foldedAt: number[] = [];
  readonly #values: Value[] = [];
  readonly #folded: Texts[] = [];
  #all: readonly string[] | undefined;
  #allFolded: readonly string[] | undefined;
  #joined: string | undefined;

  constructor(slots: Slots) {
    this.#names = slots.names;
  }

  load(event: EventView): void {
    this.#fields = event.fields;
    this.#turn += 1;
    this.#all = undefined;
    this.#allFolded = undefined;
    this.#joined = undefined;
    while (this.#readAt.length < this.#names.length) {
      this.#readAt.push(0);
      this.#foldedAt.push(0);
      this.#values.push(undefined);
      this.#folded.push(undefined);
    }
  }

  /** The values as they are; undefined when the field is not there. */
  value(slot: number): Value {
    if (this.#readAt[slot] !== this.#turn) {
      this.#readAt[slot] = this.#turn;
      // Slots are numbers of names.
      this.#values[slot] = this.#fields.get(this.#names[slot]!);
    }
    return this.#values[slot];
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

  /** All of them folded and in one, for what may be in any. */
  joined(): string {
    return (this.#joined ??= foldCase(joinTexts(this.#fields.values())));
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
