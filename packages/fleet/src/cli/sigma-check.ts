import type { CommandInput } from './command.ts';
import { describeRefusal, loadRules } from './sigma-rules.ts';

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** Lists every refusal and the totals; exit code 1 when there is a refusal. */
export async function checkRules(input: CommandInput): Promise<number> {
  const { rules, refusals, files, skipped } = await loadRules(input);
  for (const refusal of refusals) input.print(describeRefusal(refusal));
  const correlations = rules.filter(({ kind }) => kind === 'correlation').length;
  const detections = count(rules.length - correlations, 'detection');
  const others = skipped === 0 ? '' : ` ${count(skipped, 'other file')} of archives not looked at.`;
  input.print(
    `${count(files, 'file')}: ${detections} and ${count(correlations, 'correlation')} load, ${refusals.length} refused.${others}`,
  );
  return refusals.length > 0 ? 1 : 0;
}
