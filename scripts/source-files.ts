import { globSync } from 'node:fs';
import { repositoryRoot } from './repository-root.ts';

const CODE_PATTERN = '{packages,services,scripts,tests,bench,examples,frontend}/**/*.{ts,tsx,mjs,cjs,sql,sh}';

/** Every hand-written file of code, relative to the root, sorted. */
export function sourceFiles(): readonly string[] {
  return globSync(CODE_PATTERN, {
    cwd: repositoryRoot,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  }).toSorted();
}

/** Whether a file is a test, or one that tests run. */
export const isTest = (file: string): boolean => file.startsWith('tests/') || /\.(test|fixture)\.tsx?$/.test(file);
