import { canonicalField, type EventView } from '../event-view.ts';
import {
  addAlias,
  addValue,
  allTexts,
  asFieldValue,
  at,
  type EventFields,
  flatten,
  hasValue,
  isObject,
  type JsonObject,
} from './event-fields.ts';
import type { EventCase, EventFormat, LogSourcePart, NamedPairs } from './event-format.ts';
import { EventRecord, LogSource } from './event-record.ts';
import { FieldTable } from './field-table.ts';
import { type CompiledSign, compileSign } from './sign.ts';

/** A format ready for use: nothing of its data is split, looked up or compiled for each event. */
export interface CompiledFormat {
  readonly names: readonly string[];
  readonly signs: readonly CompiledSign[];
  /** The same for events whose top-level names are in lower case. */
  readonly loweredSigns: readonly CompiledSign[];
  view(raw: JsonObject): EventView;
}

export function compileFormat(format: EventFormat): CompiledFormat {
  const steps = compileSteps(format);
  const cases = (format.cases ?? []).map(compileCase);
  const { read, refine, times } = format;

  return {
    names: format.names,
    signs: format.signs.map((sign) => compileSign(sign)),
    loweredSigns: format.signs.map((sign) => compileSign(sign, (name) => name.toLowerCase())),
    view(raw) {
      const fields = new FieldTable();
      const source = new LogSource(format);
      if (read) read(fields, raw);
      else flatten(fields, raw);
      for (const step of steps) step(fields, raw);
      for (const one of cases) if (one.holds(fields)) source.add(one.apply(fields));
      if (refine) source.add(refine(fields, raw));
      return new EventRecord(source, fields, times);
    },
  };
}

type Step = (fields: EventFields, raw: JsonObject) => void;

/** In the order in which one may build on the other. */
function compileSteps(format: EventFormat): Step[] {
  const steps: Step[] = [];
  for (const path of format.unwrap ?? []) steps.push(unwrapStep(path.split('.')));
  for (const path of format.texts ?? []) steps.push(textStep(path));
  for (const pairs of format.pairs ?? []) steps.push(pairsStep(pairs));
  for (const [name, from] of Object.entries(format.aliases ?? {})) steps.push((fields) => addAlias(fields, name, from));
  return steps;
}

const unwrapStep =
  (path: readonly string[]): Step =>
  (fields, raw) => {
    const value = at(raw, path);
    if (isObject(value)) flatten(fields, value);
  };

function textStep(path: string): Step {
  const keys = path.split('.');
  const name = path.toLowerCase();
  return (fields, raw) => {
    const value = at(raw, keys);
    if (typeof value !== 'object' || value === null) return;
    const text = jsonText(value);
    if (text !== undefined) addValue(fields, name, text);
  };
}

/** Undefined where nesting is deeper than the stack. */
function jsonText(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function pairsStep({ path, under, name, values }: NamedPairs): Step {
  const keys = path.split('.');
  const prefix = under === undefined ? '' : `${under}.`;
  return (fields, raw) => {
    for (const pair of objectsAt([raw], keys)) {
      const called = pair[name];
      if (typeof called !== 'string') continue;
      const field = prefix + canonicalField(called);
      for (const value of values.flatMap((key) => pair[key])) {
        if (value !== undefined && typeof value !== 'object') addValue(fields, field, asFieldValue(value));
      }
    }
  };
}

function objectsAt(start: readonly unknown[], keys: readonly string[]): JsonObject[] {
  let found = start.filter(isObject);
  for (const key of keys) found = found.flatMap((one) => one[key]).filter(isObject);
  return found;
}

function compileCase(one: EventCase): {
  holds(fields: EventFields): boolean;
  apply(fields: EventFields): LogSourcePart;
} {
  const exact = new Set(one.values?.filter((value) => !value.endsWith('*')));
  const beginnings = one.values?.filter((value) => value.endsWith('*')).map((value) => value.slice(0, -1)) ?? [];
  const aliases = Object.entries(one.aliases ?? {});
  return {
    holds: (fields) =>
      one.values === undefined
        ? hasValue(fields, one.field)
        : hasValue(fields, one.field) &&
          allTexts(fields, one.field).some((text) => {
            const value = text.toLowerCase();
            return exact.has(value) || beginnings.some((beginning) => value.startsWith(beginning));
          }),
    apply(fields) {
      for (const [name, from] of aliases) addAlias(fields, name, from);
      return one;
    },
  };
}
