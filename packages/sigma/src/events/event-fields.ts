import type { FieldValue } from '../event-view.ts';
import type { FieldName } from './field-names.ts';
import { container, type FieldTable, isList } from './field-table.ts';

/** What an event is made of, as parsed JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Fields while a view is made; names are canonical. */
export type EventFields = FieldTable;

/** What is deeper is not seen: nobody's log nests like this, and recursion must end. */
const MAX_DEPTH = 24;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a field is there and holds more than objects. */
export function hasValue(fields: EventFields, name: string): boolean {
  const value = fields.get(name);
  return value !== undefined && value !== container;
}

/** Adds a value beside those that are there; the same one twice is one. */
export const addValue = (fields: EventFields, name: string, value: FieldValue): void =>
  fields.add(fields.known.named(name), value);

/** Adds all of an object under dotted canonical names; a list becomes several values, a list of objects several of each field. */
export function flatten(fields: EventFields, object: JsonObject, under = fields.known.root, depth = 0): void {
  for (const key in object) flattenValue(fields, fields.known.under(under, key), object[key], depth);
}

function flattenValue(fields: EventFields, name: FieldName, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) fields.add(name, asFieldValue(value));
  else if (Array.isArray(value)) {
    if (value.length === 0) fields.add(name, null);
    else if (depth < MAX_DEPTH) for (const item of value) flattenValue(fields, name, item, depth + 1);
  } else if (!hasKeys(value)) fields.add(name, null);
  else {
    if (fields.of(name) === undefined) fields.put(name, container);
    if (depth < MAX_DEPTH) flatten(fields, value as JsonObject, name, depth + 1); // neither null nor a list
  }
}

export const asFieldValue = (value: unknown): FieldValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null ? value : null;

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

/** The first value of a field as text; undefined when there is none. */
export function firstText(fields: EventFields, name: string): string | undefined {
  const value = fields.get(name);
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  const first = isList(value) ? value.find((one) => one !== null) : value;
  return first === undefined || first === null ? undefined : String(first);
}

/** All values of a field as text. */
export function allTexts(fields: EventFields, name: string): string[] {
  const value = fields.get(name);
  if (value === undefined || value === null) return [];
  return (isList(value) ? value : [value]).filter((one) => one !== null).map(String);
}

/** Lets a field answer to another name, with all its values; what the other name has already stays. */
export function addAlias(fields: EventFields, name: string, from: readonly string[]): void {
  for (const source of from) {
    if (source === name) continue; // else the list would grow while it is walked
    const value = fields.get(source);
    if (value === undefined || value === null) continue;
    if (isList(value)) for (const one of value) addValue(fields, name, one);
    else addValue(fields, name, value);
  }
}

/** What is at a dotted path, keys as written; undefined when there is nothing. */
export function at(raw: JsonObject, path: readonly string[]): unknown {
  let value: unknown = raw;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value;
}
