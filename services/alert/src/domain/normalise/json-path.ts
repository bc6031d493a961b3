/** An object of parsed JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values one path may lead to; a hostile payload cannot make more work than this. */
const VALUES_LIMIT = 1_000;
/** How deep lists of lists are opened. */
const NESTING_LIMIT = 4;

/**
 * Every value that the dotted `path` leads to, lists opened. Keys that hold dots themselves are found: `a.b.c` reads
 * `{a: {b: {c}}}`, else `{'a.b': {c}}`, else `{'a.b.c'}`. Only own properties are seen.
 */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  const found: unknown[] = [];
  collect(value, path.split('.'), 0, found);
  return found;
}

function collect(value: unknown, keys: readonly string[], nesting: number, found: unknown[]): void {
  if (found.length >= VALUES_LIMIT || value === undefined || value === null) return;
  if (Array.isArray(value)) collectFromList(value, keys, nesting, found);
  else if (keys.length === 0) found.push(value);
  else if (isObject(value)) collectFromObject(value, keys, nesting, found);
}

function collectFromList(list: readonly unknown[], keys: readonly string[], nesting: number, found: unknown[]): void {
  const [key = ''] = keys;
  if (/^\d{1,4}$/.test(key)) return collect(list[Number(key)], keys.slice(1), nesting, found);
  if (nesting === NESTING_LIMIT) return;
  for (const element of list.slice(0, VALUES_LIMIT)) collect(element, keys, nesting + 1, found);
}

function collectFromObject(value: JsonObject, keys: readonly string[], nesting: number, found: unknown[]): void {
  const before = found.length;
  for (let length = 1; length <= keys.length && found.length === before; length += 1) {
    const key = keys.slice(0, length).join('.');
    if (Object.hasOwn(value, key)) collect(value[key], keys.slice(length), nesting, found);
  }
}

/** A string, finite number or flag as text; null for blanks and for what is not text. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  return null;
}

/** The texts at all of `paths`, in their order. */
export const textsAt = (value: unknown, paths: readonly string[] = []): readonly string[] =>
  paths.flatMap((path) => valuesAt(value, path).flatMap((found) => scalarText(found) ?? []));

/** The first text that one of `paths` leads to. */
export function textAt(value: unknown, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    for (const found of valuesAt(value, path)) {
      const text = scalarText(found);
      if (text !== null) return text;
    }
  }
  return null;
}

/** The first object that one of `paths` leads to, else an empty one. */
export const objectAt = (value: unknown, ...paths: readonly string[]): JsonObject =>
  paths.flatMap((path) => valuesAt(value, path)).find(isObject) ?? {};
