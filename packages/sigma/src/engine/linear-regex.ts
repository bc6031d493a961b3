import { RE2JS } from 're2js';
import type { RegexTest } from '../expression.ts';

export type RegexCompilation =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly reason: string };

const flagsOf = ({ ignoreCase, multiline, dotAll }: RegexTest['flags']): number =>
  (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0);

/**
 * Compiles for RE2's syntax and guarantee: time linear in the text, whatever the expression. Look-around, back-references and
 * other things that need backtracking are refused.
 */
export function compileRegex({ source, flags }: RegexTest): RegexCompilation {
  try {
    const regex = RE2JS.compile(source, flagsOf(flags));
    return { ok: true, test: (text) => regex.test(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `the regular expression ${source} cannot run in linear time: ${reason}` };
  }
}
