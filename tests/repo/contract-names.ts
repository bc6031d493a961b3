import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../../scripts/repository-root.ts';

/** Under which name packages/contracts exports a value, e.g. `GetAlert`. */
export async function contractNames(): Promise<ReadonlyMap<unknown, string>> {
  const names = new Map<unknown, string>();
  for (const file of globSync('packages/contracts/src/**/*.ts', { cwd: repositoryRoot })) {
    if (file.endsWith('.test.ts')) continue;
    // A module known only at run time: its exports are looked up by identity, whatever they are.
    const exported = (await import(pathToFileURL(path.join(repositoryRoot, file)).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported)) names.set(value, name);
  }
  return names;
}
