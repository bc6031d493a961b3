import type { FieldValue } from '../event-view.ts';
import { type FieldName, fieldNames, MAX_REMEMBERED } from './field-names.ts';

/** One value or several. */
export type FieldContent = FieldValue | readonly FieldValue[];

/** Longer lists may hold a value twice: looking for it in each would be quadratic. */
const MAX_DISTINCT = 64;

export const isList = (content: FieldContent): content is readonly FieldValue[] => Array.isArray(content);

/** What is known of a field that holds objects: it is there and is not null, and has no value of its own. */
export const container: readonly FieldValue[] = Object.freeze([]);

/** By number of a name, its place in the table at hand. What other tables left here is told by its not being true. */
const places = new Int32Array(MAX_REMEMBERED);
let atHand: FieldTable | undefined;

/**
 * The fields of one event by canonical name, in the order in which they were met. To fill a Map for every event took half as long
 * as all rules did: the names are numbered, so that what is known of an event lies in two arrays, and where a name lies among
 * them is kept for the event at hand alone.
 */
export class FieldTable implements ReadonlyMap<string, FieldContent> {
  readonly known = fieldNames();
  readonly #names: FieldName[] = [];
  readonly #contents: FieldContent[] = [];
  /** Places of the names that have no number. */
  #unnumbered: Map<string, number> | undefined;

  get size(): number {
    return this.#names.length;
  }

  get fieldNames(): readonly FieldName[] {
    return this.#names;
  }

  /** In the order of the names. */
  get contents(): readonly FieldContent[] {
    return this.#contents;
  }

  /** What a field holds; undefined when it is not there. */
  of(name: FieldName): FieldContent | undefined {
    const place = this.#placeOf(name);
    return place < 0 ? undefined : this.#contents[place];
  }

  /** Has a field hold this and nothing else. */
  put(name: FieldName, content: FieldContent): void {
    const place = this.#placeOf(name);
    if (place < 0) this.#append(name, content);
    else this.#contents[place] = content;
  }

  /** Adds a value beside those that are there; the same one twice is one. */
  add(name: FieldName, value: FieldValue): void {
    const place = this.#placeOf(name);
    if (place < 0) {
      this.#append(name, value);
      return;
    }
    const present = this.#contents[place]!;
    if (present === container) this.#contents[place] = value;
    else if (!isList(present)) {
      if (present !== value) this.#contents[place] = [present, value];
    } else if (present.length >= MAX_DISTINCT || !present.includes(value)) {
      (present as FieldValue[]).push(value); // every list but the container was made here
    }
  }

  get(dotted: string): FieldContent | undefined {
    const name = this.known.find(dotted);
    if (name) return this.of(name);
    const place = this.#unnumbered?.get(dotted);
    return place === undefined ? undefined : this.#contents[place];
  }

  has(dotted: string): boolean {
    return this.get(dotted) !== undefined;
  }

  forEach(each: (content: FieldContent, dotted: string, fields: FieldTable) => void): void {
    for (const [dotted, content] of this) each(content, dotted, this);
  }

  *keys(): MapIterator<string> {
    for (const { dotted } of this.#names) yield dotted;
  }

  values(): MapIterator<FieldContent> {
    return this.#contents.values();
  }

  *entries(): MapIterator<[string, FieldContent]> {
    for (const [place, { dotted }] of this.#names.entries()) yield [dotted, this.#contents[place]!];
  }

  [Symbol.iterator](): MapIterator<[string, FieldContent]> {
    return this.entries();
  }

  #append(name: FieldName, content: FieldContent): void {
    const place = this.#names.push(name) - 1;
    this.#contents.push(content);
    if (name.id >= 0) places[name.id] = place;
    else (this.#unnumbered ??= new Map()).set(name.dotted, place);
  }

  #placeOf({ id, dotted }: FieldName): number {
    if (id < 0) return this.#unnumbered?.get(dotted) ?? -1;
    if (atHand !== this) FieldTable.#take(this);
    const place = places[id]!; // numbers are below its length
    return this.#names[place]?.id === id ? place : -1;
  }

  static #take(table: FieldTable): void {
    atHand = table;
    for (const [place, { id }] of table.#names.entries()) if (id >= 0) places[id] = place;
  }
}
