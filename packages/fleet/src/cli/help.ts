import type { Command, CommandOption } from './command.ts';

const label = ({ name, value }: CommandOption): string => (value === undefined ? `--${name}` : `--${name} ${value}`);

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** The help of `soc` itself. */
export const overview = (commands: readonly Command[]): string =>
  [
    'The SOC Agent fleet on one machine.',
    '',
    'Usage: npm run soc -- COMMAND [OPTIONS]   (npm start is the command up)',
    '',
    ...columns([
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ['help', 'Print this, or the help of a command.'],
    ]),
    '',
    'COMMAND --help tells the options of a command.',
  ].join('\n');

/** The help of one command. */
export const helpOf = ({ name, summary, synopsis, options }: Command): string =>
  [
    summary,
    '',
    `Usage: npm run soc -- ${[name, synopsis, '[OPTIONS]'].filter(Boolean).join(' ')}`,
    '',
    ...columns([...options.map((option) => [label(option), option.help] as const), ['--help', 'Print this.']]),
  ].join('\n');
