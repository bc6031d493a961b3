/** A word of a condition, a bracket, or the end. */
export interface Token {
  readonly kind: 'word' | 'open' | 'close' | 'end';
  readonly text: string;
}

/** The tokens of a condition, or the first that is none. */
export function tokensOf(condition: string): readonly Token[] | { readonly stray: string } {
  const tokens: Token[] = [];
  for (const [text] of condition.matchAll(/[()]|[^\s()]+/g)) {
    if (text === '(' || text === ')') tokens.push({ kind: text === '(' ? 'open' : 'close', text });
    else if (/^[\p{L}\p{N}_.*-]+$/u.test(text)) tokens.push({ kind: 'word', text });
    else return { stray: text };
  }
  return [...tokens, { kind: 'end', text: 'the end' }];
}
