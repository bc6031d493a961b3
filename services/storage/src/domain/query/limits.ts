/** Words and field tests of a query together. */
export const MAX_TERMS = 32;

/** Parentheses and `not` within each other. */
export const MAX_DEPTH = 8;

/** Characters before the first wildcard: an index is entered by them. */
export const MIN_CHARS_BEFORE_WILDCARD = 2;

/** `*` and `?` of one value. */
export const MAX_WILDCARDS = 5;

/** What is longer is cut alike in documents and queries; a pattern of this length is refused. */
export const MAX_KEYWORD_CHARS = 256;
