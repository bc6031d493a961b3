/** Groups that JavaScript's parser does not know and PCRE does: flags at the start, atomic groups, possessive repeats. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\(\?[imsxU-]+\)/g, ''],
  [/\(\?[imsxU-]+:/g, '(?:'],
  [/\(\?>/g, '(?:'],
  [/\(\?P</g, '(?<'],
  [/([*+?}])\+/g, '$1'],
];

/**
 * Why a text is no regular expression in any flavour. What is one but asks for more than the engine has, such as a
 * look-around, is for the engine to refuse.
 */
export function regexProblem(source: string, flags: { readonly multiline: boolean }): string | undefined {
  if (source === '') return 'it is empty and would match everything';
  let translated = source;
  for (const [foreign, own] of FOREIGN) translated = translated.replaceAll(foreign, own);
  try {
    void new RegExp(translated, flags.multiline ? 'm' : '');
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return reason.split(': ').at(-1)?.toLowerCase() ?? 'it cannot be read';
  }
}
