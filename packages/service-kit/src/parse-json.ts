/** NUL and lone surrogates: legal in JSON, but neither PostgreSQL nor UTF-8 can hold them. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** What PostgreSQL can hold of a text. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), clean(inner)]));
}

/** May hold a `__proto__` key, plain or with any of its letters escaped. */
const PROTOTYPE_KEY = /__proto__|\\u00(?:5f|6f|7[024])/i;

const refusingPrototype = (key: string, value: unknown): unknown => {
  if (key === '__proto__') throw new SyntaxError('the key __proto__ is not accepted');
  return value;
};

/**
 * Parses JSON text. Characters that cannot be stored (NUL, lone surrogates) become U+FFFD; a `__proto__` key is refused.
 * Throws `SyntaxError`, and `RangeError` where such characters are nested too deeply to be reached.
 */
export function parseJson(text: string): unknown {
  const value: unknown = PROTOTYPE_KEY.test(text) ? JSON.parse(text, refusingPrototype) : JSON.parse(text);
  return UNSTORABLE_ESCAPE.test(text) ? clean(value) : value;
}
