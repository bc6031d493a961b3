import type { Command } from './command.ts';
import { thisHost } from './host.ts';

/** Runs a command of `soc` as a person would, and gives what it printed. */
export async function runCommand(
  command: Command,
  positionals: readonly string[],
  options: Readonly<Record<string, string | readonly string[]>>,
): Promise<{ readonly code: number; readonly text: string }> {
  const lines: string[] = [];
  const valuesOf = (option: string): readonly string[] => [options[option] ?? []].flat();
  const code = await command.run({
    host: thisHost(),
    positionals,
    value: (option) => valuesOf(option).at(-1),
    values: valuesOf,
    print: (line) => void lines.push(line),
    remark: (line) => void lines.push(line),
    interrupted: new AbortController().signal,
    insisted: new AbortController().signal,
  });
  return { code, text: lines.join('\n') };
}
