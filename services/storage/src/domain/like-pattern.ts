const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** A pattern of `*` and `?` as SQL's `like` has it. */
export const likePattern = (pattern: string): string =>
  pattern.replaceAll(/[*?]|[^*?]+/g, (piece) => (piece === '*' ? '%' : piece === '?' ? '_' : escaped(piece)));

/** What stands before the first wildcard. */
export const literalStart = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? '';
