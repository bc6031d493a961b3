import { SearchField } from '@soc/contracts/storage/search';
import { fieldNamed } from './fields.ts';
import type { FieldText, Scanned, Token, ValueText } from './token.ts';

interface Piece<Value> {
  readonly value: Value;
  /** Where the rest of the query begins. */
  readonly end: number;
}
interface Fault {
  readonly at: number;
  readonly message: string;
}
type Read<Value> = ({ readonly ok: true } & Piece<Value>) | { readonly ok: false; readonly fault: Fault };

const fault = (at: number, message: string): { readonly ok: false; readonly fault: Fault } => ({
  ok: false,
  fault: { at, message },
});

const isSpace = (character: string | undefined): boolean => character === undefined || /[\s\p{Cc}]/u.test(character);

/** A quoted text, `at` its opening quote. The closing one may be missing. */
function readQuoted(text: string, at: number): Piece<ValueText> {
  const closing = text.indexOf('"', at + 1);
  const end = closing < 0 ? text.length : closing;
  return { value: { text: text.slice(at + 1, end), isQuoted: true }, end: Math.min(end + 1, text.length) };
}

/** Up to a space, a quote, or a parenthesis that closes what was opened before: `(New-Object` is one word in `foo(New-Object)`. */
function readBare(text: string, at: number): Piece<ValueText> {
  let depth = 0;
  let end = at;
  for (; end < text.length && !isSpace(text[end]) && text[end] !== '"'; end++) {
    if (text[end] === '(') depth++;
    if (text[end] === ')' && --depth < 0) break;
  }
  return { value: { text: text.slice(at, end), isQuoted: false }, end };
}

const readValue = (text: string, at: number): Piece<ValueText> =>
  text[at] === '"' ? readQuoted(text, at) : readBare(text, at);

const RANGE = /([[{])\s*("[^"]*"|[^\s"\]}]+)\s+to\s+("[^"]*"|[^\s"\]}]+)\s*([\]}])/iy;

function boundOf(text: string): ValueText | undefined {
  if (text === '*') return undefined;
  return text.startsWith('"') ? { text: text.slice(1, -1), isQuoted: true } : { text, isQuoted: false };
}

function readRange(text: string, at: number): Read<FieldText> {
  RANGE.lastIndex = at;
  const [whole, opening, from = '', to = '', closing] = RANGE.exec(text) ?? [];
  if (whole === undefined) return fault(at, 'a range is written [a TO b], or {a TO b} without its ends');
  const value: FieldText = {
    is: 'between',
    from: boundOf(from),
    to: boundOf(to),
    includesFrom: opening === '[',
    includesTo: closing === ']',
  };
  return { ok: true, value, end: at + whole.length };
}

const COMPARISON = /[<>]=?/y;

function readFieldText(text: string, at: number): Read<FieldText> {
  if (text[at] === '[' || text[at] === '{') return readRange(text, at);
  COMPARISON.lastIndex = at;
  const by = COMPARISON.exec(text)?.[0];
  const from = at + (by?.length ?? 0);
  const { value, end } = readValue(text, from);
  if (value.text.trim() === '') return fault(at, 'a value is missing');
  // COMPARISON matches these four alone.
  const compared = by as '>' | '>=' | '<' | '<=' | undefined;
  return { ok: true, end, value: compared ? { is: 'compared', by: compared, value } : { is: 'value', value } };
}

const NAME = /([a-z_]+):/iy;
/** What looks like a field and is none: a drive, a URL, an address in hexadecimal digits. */
const NO_FIELD = /^(?:[a-z]:|[a-z]+:\/\/|(?=[^:]*:[^:]*:)[0-9a-f:.%/]+$)/i;

function readField(text: string, at: number): Read<Token> | undefined {
  NAME.lastIndex = at;
  const [whole, name] = NAME.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  const field = fieldNamed(name);
  if (!field) {
    if (NO_FIELD.test(readBare(text, at).value.text)) return undefined;
    const fields = SearchField.options.join(', ');
    return fault(
      at,
      `there is no field "${name.slice(0, 40)}" (put it in quotes to find it as text); fields are ${fields}`,
    );
  }
  const test = readFieldText(text, at + whole.length);
  return test.ok ? { ok: true, value: { is: 'field', at, field, test: test.value }, end: test.end } : test;
}

const OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'not']);
const isOperator = (word: string): word is 'and' | 'or' | 'not' => OPERATORS.has(word);

function readToken(text: string, at: number): Read<Token> {
  const character = text[at];
  if (character === '(' || character === ')') return { ok: true, value: { is: character, at }, end: at + 1 };
  if (character === '-' && !isSpace(text[at + 1])) {
    let end = at + 1;
    while (text[end] === '-') end++;
    return { ok: true, value: { is: '-', at }, end };
  }
  if (character === '"') {
    const { value, end } = readQuoted(text, at);
    return { ok: true, value: { is: 'words', at, value }, end };
  }
  const field = readField(text, at);
  if (field) return field;
  const { value, end } = readBare(text, at);
  const word = value.text.toLowerCase();
  return { ok: true, value: isOperator(word) ? { is: word, at } : { is: 'words', at, value }, end };
}

/** Cuts a query into its tokens. */
export function scanQuery(text: string): Scanned {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    if (isSpace(text[at])) {
      at++;
      continue;
    }
    const read = readToken(text, at);
    if (!read.ok) return read;
    tokens.push(read.value);
    at = read.end;
  }
  return { ok: true, tokens };
}
