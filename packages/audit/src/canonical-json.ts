/** What JSON can say; a key whose value is undefined is as if absent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function write(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(write).join()}]`;
  // The default order of sort() is that of UTF-16 code units, as RFC 8785 asks.
  let members = '';
  for (const key of Object.keys(value).toSorted()) {
    const member = value[key];
    if (member !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${write(member)}`;
  }
  return `{${members}}`;
}

/**
 * JSON in its canonical form (RFC 8785): no white space, keys sorted by UTF-16 code units, strings and numbers as ECMAScript
 * writes them. Equal values have equal texts. Numbers must be finite; strings well formed, or they are escaped.
 */
export const canonicalJson = (value: Json): string => write(value);
