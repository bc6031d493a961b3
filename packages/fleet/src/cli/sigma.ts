import { OperatorError } from '../operator-error.ts';
import type { Command, CommandInput } from './command.ts';
import { checkRules } from './sigma-check.ts';
import { matchEvents } from './sigma-match.ts';

/** What `soc sigma` can do, by the word behind it. */
const actions: ReadonlyMap<string, (input: CommandInput) => Promise<number>> = new Map([
  ['check', checkRules],
  ['match', matchEvents],
]);

export const sigmaCommand: Command = {
  name: 'sigma',
  summary: 'Check Sigma rules: which load, and which are refused, where and why; match events against them.',
  synopsis: 'check --rules PATH… | match --rules PATH… --events PATH…',
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
    {
      name: 'events',
      value: 'PATH',
      takesSeveral: true,
      help: 'Files and folders of events: NDJSON, JSON lists, logs of Zeek, W3C, CEF, auditd, syslog; also .gz.',
    },
    {
      name: 'source',
      value: 'NAME',
      help: 'What wrote the events: a format such as windows or zeek, or product=…,service=…; recognised when absent.',
    },
    {
      name: 'explain',
      value: 'RULE',
      help: 'Id of a rule: print for each event why it matches that rule, or why not.',
    },
  ],
  run: async (input) => {
    const [word = '', ...rest] = input.positionals;
    const action = actions.get(word);
    if (!action || rest.length > 0) {
      throw new OperatorError('Say soc sigma check --rules PATH. Or say soc sigma match --rules PATH --events PATH.');
    }
    return action(input);
  },
};
