/** A word of a condition, a bracket, or the end. */
export interface Token {
  readonly kind: 'word' | 'open' | 'close' | 'pipe' | 'end';
  readonly text: string;
}

/** The tokens of a condition; undefined with the first character that is none. */
export function tokensOf(condition: string): readonly Token[] | { readonly stray: string } {
  const tokens: Token[] = [];
  const kinds = { '(': 'open', ')': 'close', '|': 'pipe' } as const;
  for (const [text] of condition.matchAll(/[()|]|[^\s()|]+/g)) {
    if (text === '(' || text === ')' || text === '|') tokens.push({ kind: kinds[text], text });
    else if (/^[\p{L}\p{N}_.*-]+$/u.test(text)) tokens.push({ kind: 'word', text });
    else return { stray: text };
  }
  return [...tokens, { kind: 'end', text: 'the end' }];
}
