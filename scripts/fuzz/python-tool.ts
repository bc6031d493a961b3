import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../repository-root.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return;
  const why = error ? `: ${error.message}` : '';
  throw new Error(`${[program, ...args].join(' ')} failed${why}. The fuzz needs Python 3.10 with venv, and PyPI.`);
}

/**
 * The path of schemathesis, installed from PyPI into a folder of its own among the caches of node_modules, in the versions
 * of requirements.txt. Throws when there is no Python, or no way to PyPI.
 */
export function ensureSchemathesis(): string {
  const wanted = readFileSync(requirements, 'utf8');
  const version = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const directory = path.join(repositoryRoot, 'node_modules/.cache/soc-fuzz', version);
  const stamp = path.join(directory, 'installed');
  if (!existsSync(stamp)) {
    rmSync(directory, { recursive: true, force: true });
    run('python3', ['-m', 'venv', directory]);
    run(path.join(directory, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    writeFileSync(stamp, wanted);
  }
  return path.join(directory, 'bin/schemathesis');
}
