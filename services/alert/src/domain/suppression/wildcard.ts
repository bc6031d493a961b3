/** Steps that may still be spent on beginning again; those through a text from its beginning to its end are free. */
export interface Spent {
  left: number;
}

/**
 * Whether a text is one that a pattern stands for, without case: `*` any characters, `?` one. Goes back to the last star only,
 * so it takes at most length of pattern × length of text steps; where they are used up, the answer is no.
 */
export function compileWildcard(pattern: string): (text: string, spent: Spent) => boolean {
  const wanted = pattern.toLowerCase();
  return (text, spent) => {
    const given = text.toLowerCase();
    let [at, position] = [0, 0];
    let star = -1;
    let resume = 0;
    while (position < given.length) {
      const symbol = wanted[at];
      if (symbol === '*') {
        star = at;
        resume = position;
        at += 1;
      } else if (symbol !== undefined && (symbol === '?' || symbol === given[position])) {
        at += 1;
        position += 1;
      } else if (star >= 0) {
        if (position > resume && spent.left <= 0) return false;
        spent.left -= position - resume;
        resume += 1;
        position = resume;
        at = star + 1;
      } else return false;
    }
    while (wanted[at] === '*') at += 1;
    return at === wanted.length;
  };
}
