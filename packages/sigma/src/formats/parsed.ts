/** What became of a text: its content, or why it is not in the format. Parsers never throw. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

export const refused = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

export interface HeaderFields {
  readonly fields: readonly string[];
  /** What follows the last field's pipe. */
  readonly rest: string;
}

/** The first `count` fields of `text`, each ended by a pipe; `\|` and `\\` stand for themselves. Null when there are fewer. */
export function pipedFields(text: string, count: number): HeaderFields | null {
  const fields: string[] = [];
  let field = '';
  let from = 0;
  for (let at = 0; at < text.length && fields.length < count; at += 1) {
    const character = text[at];
    if (character === '\\' && (text[at + 1] === '|' || text[at + 1] === '\\')) {
      field += text.slice(from, at) + text[at + 1];
      at += 1;
      from = at + 1;
    } else if (character === '|') {
      fields.push(field + text.slice(from, at));
      field = '';
      from = at + 1;
    }
  }
  return fields.length === count ? { fields, rest: text.slice(from) } : null;
}
