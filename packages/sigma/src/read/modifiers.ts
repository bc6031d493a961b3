import type { Comparison, TimePart } from '../expression.ts';
import type { Problems } from './problems.ts';

/** What a chain of modifiers asks of the values behind it. The transformations keep the order they were written in. */
export interface Modifiers {
  readonly transformations: readonly Transformation[];
  readonly type: ValueType;
  readonly isCased: boolean;
  /** All values, not one of them. */
  readonly wantsAll: boolean;
  /** None of the values. */
  readonly isNegated: boolean;
  readonly expands: boolean;
  readonly position: TextPosition;
}

export type Transformation = 'windash' | 'base64' | 'base64offset' | 'utf16' | 'utf16le' | 'utf16be';
export type TextPosition = 'whole' | 'start' | 'end' | 'anywhere';
export type ValueType =
  | { readonly kind: 'value' }
  | { readonly kind: 'regex'; readonly flags: { ignoreCase: boolean; multiline: boolean; dotAll: boolean } }
  | { readonly kind: 'cidr' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'fieldref' }
  | { readonly kind: 'compare'; readonly operator: Comparison }
  | { readonly kind: 'timePart'; readonly part: TimePart; readonly operator: 'eq' | Comparison };

const transformations: ReadonlyMap<string, Transformation> = new Map([
  ['windash', 'windash'],
  ['base64', 'base64'],
  ['base64offset', 'base64offset'],
  ['wide', 'utf16le'],
  ['utf16le', 'utf16le'],
  ['utf16be', 'utf16be'],
  ['utf16', 'utf16'],
]);
const positions: ReadonlyMap<string, TextPosition> = new Map([
  ['contains', 'anywhere'],
  ['startswith', 'start'],
  ['endswith', 'end'],
]);
const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ['lt', 'lt'],
  ['lte', 'lte'],
  ['gt', 'gt'],
  ['gte', 'gte'],
]);
const timeParts: ReadonlyMap<string, TimePart> = new Map([
  ['minute', 'minute'],
  ['hour', 'hour'],
  ['day', 'day'],
  ['week', 'week'],
  ['month', 'month'],
  ['year', 'year'],
]);
const regexFlags = new Set(['i', 'm', 's']);
const types = new Set(['re', 'cidr', 'exists', 'fieldref', ...comparisons.keys(), ...timeParts.keys()]);
const others = new Set(['all', 'cased', 'neq', 'expand']);
const known = new Set([...transformations.keys(), ...positions.keys(), ...types, ...others, ...regexFlags]);

/** What may stand beside a type; whatever is not here makes no sense there (Sigma modifiers appendix 2.1). */
const companions: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['re', new Set(['i', 'm', 's', 'all', 'neq'])],
  ['cidr', new Set(['all', 'neq', 'expand'])],
  ['exists', new Set<string>()],
  ['fieldref', new Set(['contains', 'startswith', 'endswith', 'cased', 'all', 'neq'])],
  ...[...comparisons.keys()].map((name): [string, Set<string>] => [name, new Set(['all', 'neq', ...timeParts.keys()])]),
  ...[...timeParts.keys()].map((name): [string, Set<string>] => [name, new Set(['all', 'neq', ...comparisons.keys()])]),
]);

/** The first reason why these modifiers cannot stand together. */
function conflictOf(names: readonly string[]): string | undefined {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `the modifier ${twice} is there twice`;
  const type = names.find((name) => types.has(name));
  const stray =
    type === undefined ? undefined : names.find((name) => name !== type && !companions.get(type)?.has(name));
  if (stray !== undefined) return `the modifiers ${type ?? ''} and ${stray} cannot stand together`;
  const flag = names.find((name, at) => regexFlags.has(name) && names.indexOf('re') > at);
  if (flag !== undefined || (type !== 're' && names.some((name) => regexFlags.has(name)))) {
    return 'the modifiers i, m and s stand behind re';
  }
  const placed = names.filter((name) => positions.has(name));
  if (placed.length > 1) return `the modifiers ${placed.join(' and ')} cannot stand together; contains is both`;
  if (names.includes('all') && names.includes('neq')) {
    return 'the modifiers all and neq together have no agreed meaning';
  }
  return orderConflictOf(names);
}

function orderConflictOf(names: readonly string[]): string | undefined {
  const encoding = names.findIndex((name) => transformations.has(name) && name !== 'windash');
  const early = names.findIndex((name) => positions.has(name));
  const encodings = names.filter((name) => name === 'base64' || name === 'base64offset');
  const widths = names.filter((name) => transformations.get(name)?.startsWith('utf16'));
  if (encodings.length > 1) return `the modifiers ${encodings.join(' and ')} cannot stand together`;
  if (widths.length > 1) return `the modifiers ${widths.join(' and ')} cannot stand together`;
  const [outer] = encodings;
  const [width] = widths;
  if (width !== undefined && outer === undefined) {
    return `the modifier ${width} is of use only before base64 or base64offset`;
  }
  if (outer !== undefined && width !== undefined && names.indexOf(width) > names.indexOf(outer)) {
    return `the modifier ${width} stands before ${outer}`;
  }
  if (encoding < 0) return undefined;
  if (early >= 0 && early < names.lastIndexOf(outer ?? '')) {
    return `the modifier ${names[early] ?? ''} stands behind ${outer ?? ''}: wildcards have no Base64`;
  }
  const late = ['windash', 'expand'].find((name) => names.indexOf(name) > encoding);
  return late === undefined ? undefined : `the modifier ${late} stands before ${names[encoding] ?? ''}`;
}

function typeOf(names: readonly string[]): ValueType {
  const operator = names.map((name) => comparisons.get(name)).find((found) => found !== undefined);
  const part = names.map((name) => timeParts.get(name)).find((found) => found !== undefined);
  if (part) return { kind: 'timePart', part, operator: operator ?? 'eq' };
  if (operator) return { kind: 'compare', operator };
  if (names.includes('re')) {
    const [ignoreCase, multiline, dotAll] = [names.includes('i'), names.includes('m'), names.includes('s')];
    return { kind: 'regex', flags: { ignoreCase, multiline, dotAll } };
  }
  const plain = (['cidr', 'exists', 'fieldref'] as const).find((kind) => names.includes(kind));
  return { kind: plain ?? 'value' };
}

/** Reads what stands behind the field, `['contains', 'all']`; undefined after a problem. */
export function readModifiers(names: readonly string[], line: number, problems: Problems): Modifiers | undefined {
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    return problems.add(line, unknown === '' ? 'a modifier is missing behind |' : `there is no modifier ${unknown}`);
  }
  const conflict = conflictOf(names);
  if (conflict !== undefined) return problems.add(line, conflict);
  return {
    transformations: names.flatMap((name) => transformations.get(name) ?? []),
    type: typeOf(names),
    isCased: names.includes('cased'),
    wantsAll: names.includes('all'),
    isNegated: names.includes('neq'),
    expands: names.includes('expand'),
    position: names.map((name) => positions.get(name)).find((found) => found !== undefined) ?? 'whole',
  };
}
