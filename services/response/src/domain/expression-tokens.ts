/** A piece of a condition; `text` of a string is without quotes, of a variable its name `__name__`. */
export interface Token {
  readonly kind: 'variable' | 'string' | 'number' | 'word' | 'symbol' | 'end';
  readonly text: string;
  /** Where it begins, in characters from 0. */
  readonly at: number;
}

export type Tokens =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly message: string };

const PIECE =
  /\s+|(?<variable>(?:__[a-zA-Z][\w-]*?__|\$\$[a-zA-Z][\w-]*?\$\$):value)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<word>[a-zA-Z]+)|(?<symbol>==|!=|<>|<=|>=|[=<>()[\],])/y;

const unquote = (text: string): string => text.slice(1, -1).replaceAll(/\\(.)/g, '$1');

const bareName = (reference: string): string => `__${reference.slice(2, -':value'.length - 2)}__`;

/** Cuts a condition into tokens, ending with one of kind `end`. */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(text);
    if (!match) return { ok: false, message: `not understood at character ${at + 1}: ${text.slice(at, at + 20)}` };
    const { variable, string, number, word, symbol } = match.groups ?? {};
    if (variable !== undefined) tokens.push({ kind: 'variable', text: bareName(variable), at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unquote(string), at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
    at = PIECE.lastIndex;
  }
  return { ok: true, tokens: [...tokens, { kind: 'end', text: '', at }] };
}
