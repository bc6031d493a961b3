import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveLimits, readPlaceholders, readRuleFiles, readRules, type Refusal, type RuleSet } from '@soc/sigma';
import { OperatorError } from '../operator-error.ts';
import { cannotRead } from './cannot-read.ts';
import type { CommandInput } from './command.ts';

/** What was read from the paths of a command line. */
export interface LoadedRules extends RuleSet {
  /** YAML files that were read. */
  readonly files: number;
  /** Files of archives that are no YAML by their names. */
  readonly skipped: number;
}

/** A file itself; the YAML files of a folder, in the order of their names. */
async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(cannotRead(path));
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(cannotRead(path));
  return entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && /\.ya?ml$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

async function placeholdersOf(input: CommandInput) {
  const path = input.value('placeholders');
  if (path === undefined) return new Map<string, readonly string[]>();
  const read = readPlaceholders(await readFile(path, 'utf8').catch(cannotRead(path)));
  if (read.ok) return read.placeholders;
  throw new OperatorError(`${path} holds no placeholders: line ${read.line}, ${read.reason}.`);
}

/** Reads the rules at the paths of `--rules`, all as one set: correlations and filters may name rules of other files. */
export async function loadRules(input: CommandInput): Promise<LoadedRules> {
  const paths = input.values('rules');
  if (paths.length === 0) throw new OperatorError('Say which rules: --rules PATH.');
  const files: { file: string; text: string }[] = [];
  const refusals: Refusal[] = [];
  let skipped = 0;
  for (const path of paths) {
    for (const file of await filesAt(path)) {
      const { size } = await stat(file).catch(cannotRead(file));
      // What is too large to be taken is not loaded to find that out.
      const bytes = size > archiveLimits.archiveBytes ? undefined : await readFile(file).catch(cannotRead(file));
      if (!bytes) refusals.push({ file, line: 1, reason: `it is larger than ${archiveLimits.archiveBytes} bytes` });
      if (!bytes) continue;
      const read = readRuleFiles(file, bytes);
      files.push(...read.files);
      refusals.push(...read.refusals);
      skipped += read.skipped;
    }
  }
  const set = readRules(files, { placeholders: await placeholdersOf(input) });
  return { ...set, refusals: [...refusals, ...set.refusals], files: files.length, skipped };
}

/** `rules/a.yml:12: there is no modifier within (A title)`, as editors follow it. */
export const describeRefusal = ({ file, line, reason, title }: Refusal): string =>
  `${file}:${line}: ${reason}${title === undefined ? '' : ` (${title})`}`;
