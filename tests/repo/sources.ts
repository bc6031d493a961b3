import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { isTest, sourceFiles } from '../../scripts/source-files.ts';

/** A file of code with its text; `file` is relative to the root. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** The text of a file of the repository. */
export const textOf = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

/** What runs in production under `folder`: no tests. */
export const productionSources = (folder: string): readonly Source[] =>
  sourceFiles()
    .filter((file) => file.startsWith(folder) && !isTest(file))
    .map((file) => ({ file, text: textOf(file) }));
