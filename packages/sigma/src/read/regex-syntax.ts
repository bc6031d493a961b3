/** Escapes and classes, which hold no groups and no repeats; and what JavaScript's parser does not know of PCRE. */
const TOKENS = new RegExp(
  [
    // A class that is never closed is taken to the end, lest each bracket in it be tried again.
    String.raw`\\.|\[(?:\\.|[^\]\\])*\]?`,
    // Flags at the start of the rest, flags of a group.
    String.raw`\(\?[imsxU-]+[):]`,
    // Atomic groups, names as Python writes them, possessive repeats.
    String.raw`\(\?>|\(\?P<|[*+?}]\+`,
  ].join('|'),
  'gs',
);

function translate(token: string): string {
  if (token.startsWith('\\') || token.startsWith('[')) return token;
  if (!token.startsWith('(')) return token.charAt(0);
  if (token === '(?P<') return '(?<';
  return token.endsWith(')') ? '' : '(?:';
}

/**
 * Why a text is no regular expression in any flavour. What is one but asks for more than the engine has, such as a
 * look-around, is for the engine to refuse.
 */
export function regexProblem(source: string, flags: { readonly multiline: boolean }): string | undefined {
  if (source === '') return 'it is empty and would match everything';
  try {
    void new RegExp(source.replace(TOKENS, translate), flags.multiline ? 'm' : '');
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return reason.split(': ').at(-1)?.toLowerCase() ?? 'it cannot be read';
  }
}
