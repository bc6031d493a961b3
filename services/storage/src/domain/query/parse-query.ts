import { fieldQuery } from './field-query.ts';
import { MAX_DEPTH, MAX_TERMS } from './limits.ts';
import { joined, type ParsedQuery, type Query, type QueryFault } from './query.ts';
import { scanQuery } from './scan.ts';
import type { Token } from './token.ts';
import { wordsQuery } from './words-query.ts';

/** A part of a query; undefined where it has nothing to search for, such as `???`, and is passed over. */
type Part =
  | { readonly ok: true; readonly query: Query | undefined }
  | { readonly ok: false; readonly fault: QueryFault };

const nothing: Part = { ok: true, query: undefined };
const faultAt = (token: Token | undefined, message: string): Part & { readonly ok: false } => ({
  ok: false,
  fault: { at: (token?.at ?? 0) + 1, message },
});

/**
 * Reads what people type into a search box. Words must all be there; `"a phrase"`; `-without` and `not without`; `this or that`
 * (`and`, which may be left out, binds tighter); parentheses; `power*`; `field:value`, `field:web-*`, `field:>5`, `field:[a TO b]`.
 * What has no letter or digit, and an `and` or `or` with nothing beside it, is passed over. `now` is what `now-24h` counts from.
 */
export function parseQuery(text: string, now: Date): ParsedQuery {
  if (/^\s*\*\s*$/.test(text)) return { ok: true, query: { op: 'all' } };
  const scanned = scanQuery(text);
  if (!scanned.ok) return { ok: false, fault: { at: scanned.fault.at + 1, message: scanned.fault.message } };
  const parsed = new Parser(scanned.tokens, now).parse();
  if (!parsed.ok) return parsed;
  const { query } = parsed;
  return query ? { ok: true, query } : { ok: false, fault: { at: 1, message: 'has no letter or digit to search for' } };
}

/** By recursive descent: or → and → not → a word, a field or a group. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #now: Date;
  #next = 0;
  #depth = 0;
  #terms = 0;

  constructor(tokens: readonly Token[], now: Date) {
    this.#tokens = tokens;
    this.#now = now;
  }

  parse(): Part {
    const parsed = this.#alternatives();
    if (!parsed.ok || this.#next === this.#tokens.length) return parsed;
    return faultAt(this.#peek(), '")" closes nothing');
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #alternatives(): Part {
    const parts: Query[] = [];
    for (;;) {
      const part = this.#together();
      if (!part.ok) return part;
      if (part.query) parts.push(part.query);
      if (this.#peek()?.is !== 'or') break;
      this.#next++;
    }
    return parts.length === 0 ? nothing : { ok: true, query: joined('or', parts) };
  }

  #together(): Part {
    const parts: Query[] = [];
    for (let token = this.#peek(); token && token.is !== 'or' && token.is !== ')'; token = this.#peek()) {
      if (token.is === 'and') {
        this.#next++;
        continue;
      }
      const part = this.#one(token);
      if (!part.ok) return part;
      if (part.query) parts.push(part.query);
    }
    return parts.length === 0 ? nothing : { ok: true, query: joined('and', parts) };
  }

  #one(token: Token): Part {
    this.#next++;
    switch (token.is) {
      case '(':
        return this.#deeper(token, () => this.#group(token));
      case '-':
      case 'not':
        return this.#deeper(token, () => this.#negation(token));
      case 'words':
        return this.#words(token);
      case 'field':
        return this.#field(token);
      case ')':
      case 'and':
      case 'or':
        return nothing;
    }
  }

  #deeper(token: Token, read: () => Part): Part {
    if (this.#depth === MAX_DEPTH) return faultAt(token, `is nested more than ${MAX_DEPTH} deep`);
    this.#depth++;
    const part = read();
    this.#depth--;
    return part;
  }

  #group(opening: Token): Part {
    const part = this.#alternatives();
    if (!part.ok) return part;
    if (this.#peek()?.is !== ')') return faultAt(opening, '"(" is never closed');
    this.#next++;
    return part;
  }

  #negation(operator: Token): Part {
    const token = this.#peek();
    // `-or` is without the word "or"; `not` before an operator is a slip.
    if (operator.is === '-' && token && (token.is === 'or' || token.is === 'and' || token.is === 'not')) {
      this.#next++;
      const words = this.#words({ is: 'words', at: token.at, value: { text: token.is, isQuoted: true } });
      return negated(words);
    }
    if (!token || token.is === ')' || token.is === 'or' || token.is === 'and') {
      return faultAt(operator, '"not" is followed by nothing');
    }
    return negated(this.#one(token));
  }

  #words(token: Extract<Token, { is: 'words' }>): Part {
    const words = wordsQuery(token.value, 'document');
    if (!words.ok) return faultAt(token, words.message);
    return words.query ? this.#counted(token, words.query) : nothing;
  }

  #field(token: Extract<Token, { is: 'field' }>): Part {
    const read = fieldQuery(token.field, token.test, this.#now);
    return read.ok ? this.#counted(token, read.query) : faultAt(token, read.message);
  }

  #counted(token: Token, query: Query): Part {
    this.#terms += query.op === 'words' ? query.words.length : 1;
    return this.#terms > MAX_TERMS ? faultAt(token, `has more than ${MAX_TERMS} words`) : { ok: true, query };
  }
}

const negated = (part: Part): Part =>
  part.ok && part.query ? { ok: true, query: { op: 'not', part: part.query } } : part;
