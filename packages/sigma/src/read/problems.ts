import { readingLimits } from './limits.ts';

/** Where the reader of one document says what is wrong with it. */
export interface Problems {
  /** Notes it and gives nothing back, so that a reader can end with `return problems.add(…)`. */
  readonly add: (line: number, reason: string) => undefined;
  readonly found: readonly Problem[];
}

export interface Problem {
  readonly line: number;
  readonly reason: string;
}

export function createProblems(): Problems {
  const found: Problem[] = [];
  return {
    found,
    add: (line, reason) => {
      const isLong = reason.length > readingLimits.reasonChars;
      found.push({ line, reason: isLong ? `${reason.slice(0, readingLimits.reasonChars)}…` : reason });
      return undefined;
    },
  };
}
