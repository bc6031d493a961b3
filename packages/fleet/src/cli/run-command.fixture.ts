import type { Command } from './command.ts';
import { thisHost } from './host.ts';

/** Runs a command of `soc` as a person would, and gives what it printed. */
export async function runCommand(
  command: Command,
  positionals: readonly string[],
  options: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly text: string }> {
  const lines: string[] = [];
  const code = await command.run({
    host: thisHost(),
    positionals,
    value: (option) => options[option],
    values: () => [],
    print: (line) => void lines.push(line),
    remark: (line) => void lines.push(line),
    interrupted: new AbortController().signal,
    insisted: new AbortController().signal,
  });
  return { code, text: lines.join('\n') };
}
