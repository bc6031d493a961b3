import process from 'node:process';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { OperatorError } from '../operator-error.ts';
import type { Command, CommandInput } from './command.ts';
import { commands } from './commands.ts';
import { helpOf, overview } from './help.ts';
import { thisHost } from './host.ts';

/** One Ctrl-C may arrive more than once: through the terminal, npm and a shell. */
const SAME_REQUEST_MS = 1_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const remark = (line: string): void => void process.stderr.write(`${line}\n`);

/** `--rules a b` as `--rules=a --rules=b`. */
function spreadLists({ options }: Command, args: readonly string[]): string[] {
  const lists = new Set(options.filter(({ takesSeveral }) => takesSeveral).map(({ name }) => `--${name}`));
  let list: string | undefined;
  return args.flatMap((arg, at) => {
    if (list !== undefined && !arg.startsWith('-')) return [`${list}=${arg}`];
    const [name = ''] = arg.split('=');
    list = lists.has(name) ? name : undefined;
    const hasWords = list === arg && args[at + 1]?.startsWith('-') === false;
    return hasWords ? [] : [arg];
  });
}

function parse(command: Command, args: readonly string[]) {
  const { name, options } = command;
  const config: ParseArgsOptionsConfig = { help: { type: 'boolean' } };
  for (const { name: option, value, isRepeatable = false, takesSeveral = false } of options) {
    config[option] = { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable || takesSeveral };
  }
  try {
    return parseArgs({ args: spreadLists(command, args), options: config, allowPositionals: true, strict: true });
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('. ') : ['Unknown option'];
    throw new OperatorError(`${reason ?? ''}; soc ${name} --help tells the options.`, { cause: error });
  }
}

/** Two signals: one for the first wish to stop, one for the second. */
function listenForInterrupts(): Pick<CommandInput, 'interrupted' | 'insisted'> {
  const [first, second] = [new AbortController(), new AbortController()];
  let lastAtMs = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (first.signal.aborted && performance.now() - lastAtMs > SAME_REQUEST_MS) second.abort();
      if (!first.signal.aborted) lastAtMs = performance.now();
      first.abort(new OperatorError('Interrupted; what had been started is stopped.'));
    });
  }
  return { interrupted: first.signal, insisted: second.signal };
}

/** npm keeps an option before `--` to itself and passes its value on alone; a fleet elsewhere than asked must not start. */
function refuseStrayWords({ name, synopsis }: Command, words: readonly string[]): void {
  if (synopsis !== '' || words.length === 0) return;
  throw new OperatorError(
    `soc ${name} takes options only, not ${words.join(' ')}; through npm they stand behind --, as in npm run soc -- ${name} --help.`,
  );
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(command, args);
  if (values['help'] === true) {
    print(helpOf(command));
    return 0;
  }
  refuseStrayWords(command, positionals);
  const valuesOf = (option: string): readonly string[] =>
    [values[option] ?? []].flat().flatMap((value) => (typeof value === 'string' ? [value] : value ? [''] : []));
  return command.run({
    host: thisHost(),
    positionals,
    value: (option) => valuesOf(option).at(-1),
    values: valuesOf,
    print,
    remark,
    ...listenForInterrupts(),
  });
}

async function main([name = 'help', ...args]: readonly string[]): Promise<number> {
  const command = commands.find((each) => each.name === name);
  if (command) return runCommand(command, args);
  const isHelp = name === 'help' || name.startsWith('-');
  const asked = isHelp ? commands.find((each) => each.name === args[0]) : undefined;
  const wanted = isHelp ? args[0] : name;
  if (wanted !== undefined && !asked) throw new OperatorError(`There is no command ${wanted}; soc help lists them.`);
  print(asked ? helpOf(asked) : overview(commands));
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const text = error instanceof OperatorError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  process.exitCode = 1;
}
