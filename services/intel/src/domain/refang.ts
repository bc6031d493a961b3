/** Stands for a dot that was defanged, so that what is found can tell; private use, never in the text itself. */
export const DEFANGED_DOT = '\ue000';

/** The ways in which authors break links so that nobody follows them, and what they stand for. */
const DEFANGINGS: readonly (readonly [RegExp, string])[] = [
  [/\bh[x*_]{2}p(?=s?\s?[[(]?:)/gi, 'http'],
  [/\bfxp(?=s?[[(]?:)/gi, 'ftp'],
  [/[[({]:[\])}]\/\//g, '://'],
  [/[[({]:\/\/[\])}]/g, '://'],
  [/[[({]:[\])}]/g, ':'],
  [/[[({]\/[\])}]/g, '/'],
  [/\s?[[({]\s?(?:\.|dot)\s?[\])}]\s?/gi, DEFANGED_DOT],
  [/\[\.|\.\]/g, DEFANGED_DOT],
  [/\s?[[({]\s?(?:@|at)\s?[\])}]\s?/gi, '@'],
];

/** Text with its defanged notations undone (`hxxps://evil[.]example`), dots marked as `DEFANGED_DOT`. */
export const refang = (text: string): string =>
  DEFANGINGS.reduce(
    (current, [expression, meant]) => current.replaceAll(expression, meant),
    text.replaceAll(DEFANGED_DOT, ' '),
  );

/** A piece of refanged text as its author meant it. */
export const withPlainDots = (text: string): string => text.replaceAll(DEFANGED_DOT, '.');
