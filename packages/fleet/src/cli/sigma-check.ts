import { createCorrelations, createEngine, type Refusal, type SigmaRule } from '@soc/sigma';
import type { CommandInput } from './command.ts';
import { runWindows } from './sigma-correlate.ts';
import { describeRefusal, loadRules } from './sigma-rules.ts';

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/**
 * What can be read but not run: a regular expression that wants to look around, a correlation over too many rules in order.
 * Of those that run not even the rule is left that only such a correlation would have counted.
 */
function compile(rules: readonly SigmaRule[]): {
  readonly running: readonly SigmaRule[];
  readonly refusals: readonly Refusal[];
} {
  const { refusals } = createEngine(rules.filter((rule) => rule.kind === 'detection'));
  const refused = new Set(refusals.map(({ id }) => id));
  const usable = rules.filter(({ id }) => !refused.has(id));
  const correlations = createCorrelations(usable, runWindows);
  for (const { id } of correlations.refusals) refused.add(id);
  const running = usable.filter(({ id }) => !refused.has(id) && (correlations.isTold(id) || correlations.counts(id)));
  return { running, refusals: [...refusals, ...correlations.refusals] };
}

/** Lists every refusal and the totals; exit code 1 when there is a refusal. */
export async function checkRules(input: CommandInput): Promise<number> {
  const loaded = await loadRules(input);
  const { running: rules, refusals: compilation } = compile(loaded.rules);
  const refusals = [...loaded.refusals, ...compilation];
  for (const refusal of refusals) input.print(describeRefusal(refusal));
  const correlations = rules.filter(({ kind }) => kind === 'correlation').length;
  const parts = [
    count(rules.length - correlations, 'detection'),
    count(correlations, 'correlation'),
    count(loaded.filters.length, 'filter'),
  ];
  const others = loaded.skipped === 0 ? '' : ` ${count(loaded.skipped, 'other file')} of archives not looked at.`;
  input.print(`${count(loaded.files, 'file')}: ${parts.join(', ')} load, ${refusals.length} refused.${others}`);
  return refusals.length > 0 ? 1 : 0;
}
