import { decimalOf } from '../decimal.ts';
import { foldCase } from '../engine/fold.ts';
import { canonicalField, type FieldValue } from '../event-view.ts';

/** By canonical name, as an `EventView` has them or an entry carries them. */
export type FieldSource = (field: string) => FieldValue | readonly FieldValue[] | undefined;

/** Of one field of one event: more values, and longer ones, are not told apart. */
const LIMITS = { values: 16, characters: 1_024 };

/** What a field holds, as text, without nulls and repetitions. */
export function textsOf(fields: FieldSource, field: string): readonly string[] {
  const found = fields(canonicalField(field));
  const list = Array.isArray(found) ? (found as readonly FieldValue[]) : [found as FieldValue | undefined];
  const texts = list.filter((value) => value !== undefined && value !== null).map(String);
  return [...new Set(texts)].slice(0, LIMITS.values).map((text) => text.slice(0, LIMITS.characters));
}

export interface Group {
  /** Equal for events of the same group; compared without case, as Sigma compares values. */
  readonly key: string;
  /** As the event writes them, in the order of `groupBy`. */
  readonly values: readonly string[];
}

/** The group an event belongs to; undefined when it lacks one of the fields. Several values of a field make one group. */
export function groupOf(fields: FieldSource, names: readonly string[]): Group | undefined {
  const values = names.map((name) => textsOf(fields, name));
  if (values.some(({ length }) => length === 0)) return undefined;
  const key = values.map((texts) => texts.map((text) => foldCase(text)).toSorted());
  return { key: JSON.stringify(key), values: values.map((texts) => texts.join(', ')) };
}

/** What `value_count` tells apart: one field's values, or the combinations of several. */
export function distinctValuesOf(fields: FieldSource, names: readonly string[]): readonly string[] {
  const lists = names.map((name) => textsOf(fields, name).map((text) => foldCase(text)));
  const combined = lists.reduce<readonly (readonly string[])[]>(
    (tuples, texts) => tuples.flatMap((tuple) => texts.map((text) => [...tuple, text])).slice(0, LIMITS.values),
    [[]],
  );
  const [only] = names;
  const tuples = names.length === 0 ? [] : combined;
  return [
    ...new Set(
      tuples.map((tuple) => (names.length === 1 && only !== undefined ? (tuple[0] ?? '') : JSON.stringify(tuple))),
    ),
  ];
}

/** Beyond it sums of many would overflow. */
const MAX_NUMBER = 1e300;

export const numbersOf = (fields: FieldSource, names: readonly string[]): readonly number[] =>
  names
    .flatMap((name) => textsOf(fields, name))
    .map(decimalOf)
    .filter((value) => value !== undefined)
    .filter((value) => Math.abs(value) <= MAX_NUMBER);
