import { RE2JS } from 're2js';
import type { RegexTest } from '../expression.ts';
import { writtenOutSize } from './regex-size.ts';

export type RegexCompilation =
  /** `steps` is how many it makes for one character of the text at most. */
  | { readonly ok: true; readonly test: (text: string) => boolean; readonly steps: number }
  | { readonly ok: false; readonly reason: string };

const flagsOf = ({ ignoreCase, multiline, dotAll }: RegexTest['flags']): number =>
  (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0);

/**
 * Steps for one character of the text that all expressions of a rule may make, at some 40 ns each. The most that a rule of SigmaHQ
 * makes are 603; `(x|y){1000}` makes 3,003.
 */
export const MOST_STEPS = 5_000;

/** What is larger once its repetitions are written out is not even compiled, which takes 2.5 µs a step. */
const MOST_WRITTEN_OUT = 4 * MOST_STEPS;

export const TOO_LARGE = `the regular expressions of the rule are too large: more than ${MOST_STEPS.toLocaleString('en')} steps for one character of the text`;

/**
 * Compiles for RE2's syntax and guarantee: time linear in the text, whatever the expression. Look-around, back-references and
 * other things that need backtracking are refused.
 */
export function compileRegex({ source, flags }: RegexTest): RegexCompilation {
  if (writtenOutSize(source) > MOST_WRITTEN_OUT) return { ok: false, reason: TOO_LARGE };
  try {
    const regex = RE2JS.compile(source, flagsOf(flags));
    return { ok: true, test: (text) => regex.test(text), steps: regex.programSize() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `the regular expression ${source} cannot run in linear time: ${reason}` };
  }
}
