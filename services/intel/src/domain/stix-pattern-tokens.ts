export type PatternTokenKind = 'string' | 'operator' | 'number' | 'word' | 'punctuation';

/** A lexical piece of a STIX pattern (STIX 2.1 §9). `text` of a string or a quoted path step is unescaped. */
export interface PatternToken {
  readonly kind: PatternTokenKind;
  readonly text: string;
}

/** The kinds as named groups, tried in this order; the alternatives of each are disjoint, so nothing backtracks. */
const TOKEN =
  /\s*(?:(?<string>[thb]?'(?:[^'\\]|\\.)*')|(?<operator><=|>=|!=|<>|==|[=<>])|(?<number>[+-]?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w-]*)|(?<punctuation>[[\]():.,*]))/gsy;

const unescape = (quoted: string): string => quoted.slice(quoted.indexOf("'") + 1, -1).replaceAll(/\\(.)/gs, '$1');

function tokenOf({ groups = {} }: RegExpExecArray): PatternToken {
  const [kind, text = ''] = Object.entries(groups).find(([, found]) => found !== undefined) ?? [];
  // The names of the groups are exactly the kinds.
  return { kind: kind as PatternTokenKind, text: kind === 'string' ? unescape(text) : text };
}

/** Cuts a pattern into tokens in one pass; undefined where a character fits none. */
export function tokenizePattern(text: string): readonly PatternToken[] | undefined {
  const matches = [...text.matchAll(TOKEN)];
  const last = matches.at(-1);
  const end = last ? last.index + last[0].length : 0;
  return text.slice(end).trim() === '' ? matches.map(tokenOf) : undefined;
}
