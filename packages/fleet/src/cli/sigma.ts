import { OperatorError } from '../operator-error.ts';
import type { Command, CommandInput } from './command.ts';
import { checkRules } from './sigma-check.ts';

/** What `soc sigma` can do, by the word behind it. */
const actions: ReadonlyMap<string, (input: CommandInput) => Promise<number>> = new Map([['check', checkRules]]);

export const sigmaCommand: Command = {
  name: 'sigma',
  summary: 'Check Sigma rules: which load, and which are refused, where and why.',
  synopsis: 'check --rules PATH…',
  options: [
    {
      name: 'rules',
      value: 'PATH',
      takesSeveral: true,
      help: 'Files, folders, .zip and .tar.gz of rules; folders are searched for .yml and .yaml.',
    },
    {
      name: 'placeholders',
      value: 'FILE',
      help: 'YAML or JSON: the values of placeholders, {Administrators: [adm_*], …}; rules with others are refused.',
    },
  ],
  run: async (input) => {
    const [word = '', ...rest] = input.positionals;
    const action = actions.get(word);
    if (!action || rest.length > 0) throw new OperatorError('Say soc sigma check --rules PATH.');
    return action(input);
  },
};
