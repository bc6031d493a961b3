/** Capital sigma lower-cases by its neighbours and dotted capital I to two characters; long s and final sigma have capitals of others. */
const ODD = /[\u0130\u017F\u03A3\u03C2]/;

const ODD_FOLDED: Readonly<Record<string, string>> = {
  '\u0130': 'i',
  '\u017F': 's',
  '\u03A3': '\u03C3',
  '\u03C2': '\u03C3',
};

/**
 * Text as it is compared without case: each character by itself and to one of the same length, so that whatever is in a text
 * is in the folded text at the same place. Unicode simple lower-casing, and long s and final sigma are s and sigma.
 */
export const foldCase = (text: string): string =>
  (ODD.test(text)
    ? text.replaceAll(/[\u0130\u017F\u03A3\u03C2]/g, (odd) => ODD_FOLDED[odd] ?? odd)
    : text
  ).toLowerCase();
