// npm run format: formats everything, or the files and folders named.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from './repository-root.ts';

const named = process.argv.slice(2);
const { status } = spawnSync(
  path.join(repositoryRoot, 'node_modules/.bin/oxfmt'),
  named.length === 0 ? [repositoryRoot] : named,
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
