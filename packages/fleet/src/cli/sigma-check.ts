import { createCorrelations, createEngine, type Refusal, type SigmaRule } from '@soc/sigma';
import type { CommandInput } from './command.ts';
import { describeRefusal, loadRules } from './sigma-rules.ts';

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** What can be read but not run: a regular expression that wants to look around, a correlation over too many rules in order. */
function compilationRefusals(rules: readonly SigmaRule[]): readonly Refusal[] {
  const { refusals } = createEngine(rules.filter((rule) => rule.kind === 'detection'));
  const refused = new Set(refusals.map(({ id }) => id));
  const usable = rules.filter(({ id }) => !refused.has(id));
  // Nothing is matched here; neither number decides what is refused.
  const correlations = createCorrelations(usable, { latenessMs: 0, maxEntries: 1 });
  return [...refusals, ...correlations.refusals];
}

/** Lists every refusal and the totals; exit code 1 when there is a refusal. */
export async function checkRules(input: CommandInput): Promise<number> {
  const loaded = await loadRules(input);
  const compilation = compilationRefusals(loaded.rules);
  const refusals = [...loaded.refusals, ...compilation];
  for (const refusal of refusals) input.print(describeRefusal(refusal));
  const refused = new Set(compilation.map(({ id }) => id));
  const rules = loaded.rules.filter(({ id }) => !refused.has(id));
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
