import { MAX_KEYWORD_CHARS } from './limits.ts';

/** A value of a field as it is indexed and asked for: lower-case, white space and control characters as one blank. */
export const keyword = (value: string): string =>
  value
    .slice(0, 4 * MAX_KEYWORD_CHARS)
    .toLowerCase()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_KEYWORD_CHARS)
    .toWellFormed();
