/** A group opens, perhaps with flags or a name; one character, however it is written; a class; how often what stands before it. */
const TOKEN =
  /\((?:\?(?:P?<\w+>|[imsU-]*:?))?|\\(?:[xpP]\{\^?\w+\}|[^])|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/g;

interface Group {
  before: number;
  /** Of what a repetition would repeat. */
  last: number;
}

/**
 * How many characters an expression has once its repetitions are written out, roughly: what compiling it takes time and memory
 * in proportion to, told without compiling it.
 */
export function writtenOutSize(source: string): number {
  const open: Group[] = [];
  let group: Group = { before: 0, last: 0 };
  for (const [token, least, most] of source.matchAll(TOKEN)) {
    if (token.startsWith('(')) {
      open.push(group);
      group = { before: 0, last: 0 };
    } else if (token === ')') {
      const size = group.before + group.last;
      const outer = open.pop() ?? { before: 0, last: 0 };
      group = { before: outer.before + outer.last, last: size };
    } else if (least !== undefined) {
      // `{2,}` repeats as `{2}` does.
      group.last *= Math.max(1, Number(most || least));
    } else if (!'*+?|'.includes(token)) {
      group.before += group.last;
      group.last = 1;
    }
  }
  return [...open, group].reduce((sum, { before, last }) => sum + before + last, 0);
}
