/** A statement with its bound values; never built from user text. */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const FRAGMENT = Symbol('sql');

interface SqlFragment extends SqlStatement {
  readonly [FRAGMENT]: readonly string[];
}

const isFragment = (part: unknown): part is SqlFragment =>
  typeof part === 'object' && part !== null && FRAGMENT in part;

function number(pieces: readonly string[]): string {
  return pieces.reduce((text, piece, index) => `${text}$${index}${piece}`);
}

const plainTexts = new WeakMap<readonly string[], string>();

/** A template without fragments has the same text each time, so it is put together once. */
function plain(strings: readonly string[], values: readonly unknown[]): SqlFragment {
  const text = plainTexts.get(strings) ?? number(strings);
  plainTexts.set(strings, text);
  return { text, values, [FRAGMENT]: strings };
}

function build(pieces: readonly string[], values: readonly unknown[]): SqlFragment {
  return { text: number(pieces), values, [FRAGMENT]: pieces };
}

/**
 * A tagged template that binds every `${value}` as a parameter; a nested `sql` fragment is spliced in with its own
 * parameters. Arrays are bound as PostgreSQL arrays, `Date` as timestamptz; wrap a jsonb value in `json()`.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): SqlStatement {
  if (!parts.some(isFragment)) return plain(strings, parts);
  const pieces: string[] = [strings[0] ?? ''];
  const values: unknown[] = [];
  const extend = (text: string): void => {
    pieces[pieces.length - 1] = `${pieces.at(-1) ?? ''}${text}`;
  };
  parts.forEach((part, index) => {
    const after = strings[index + 1] ?? '';
    if (!isFragment(part)) {
      values.push(part);
      pieces.push(after);
      return;
    }
    const [first = '', ...rest] = part[FRAGMENT];
    extend(first);
    pieces.push(...rest);
    values.push(...part.values);
    extend(after);
  });
  return build(pieces, values);
}

/** Joins fragments, e.g. conditions with ` and `. An empty list gives an empty fragment. */
export function joinSql(fragments: readonly SqlStatement[], separator: ' and ' | ' or ' | ', '): SqlStatement {
  return fragments.reduce(
    (joined, fragment, index) => (index === 0 ? fragment : sql`${joined}${raw(separator)}${fragment}`),
    sql``,
  );
}

/** Text of this package's own as a fragment; never anything from outside. */
export const raw = (text: string): SqlStatement => build([text], []);

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

/** A schema, table or column name as a fragment. Throws for anything but lower-case letters, digits and `_`. */
export function identifier(name: string): SqlStatement {
  if (!IDENTIFIER.test(name)) throw new Error(`not an SQL identifier: ${JSON.stringify(name)}`);
  return raw(`"${name}"`);
}

/** An escape of what PostgreSQL refuses in jsonb, NUL or a lone surrogate; or any other, to be passed over whole. */
const ESCAPE = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g;

/** Binds a value as JSON text, for a jsonb column or parameter. NUL and lone surrogates, which jsonb refuses, become U+FFFD. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (!/\\u(?:0000|d[89a-f])/.test(text)) return text;
  return text.replaceAll(ESCAPE, (escape) => (escape.length > 2 ? '\ufffd' : escape));
}
