/** Characters of a token (RFC 9110, section 5.6.2), as part of an expression. */
export const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
/** What a field's value is made of (RFC 9110, section 5.5), as the inside of a class. */
export const TEXT = '\\t\\x20-\\x7e\\x80-\\xff';

const NAME = new RegExp(`^${TOKEN}$`);

/** Names repeat; a list without end of them is not kept. */
const MAX_NAMES = 512;
const known = new Map<string, string>();

/** The name of a field in lower case; undefined for what is none. */
export function fieldName(text: string): string | undefined {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (!NAME.test(text)) return undefined;
  const name = text.toLowerCase();
  if (known.size < MAX_NAMES) known.set(text, name);
  return name;
}
