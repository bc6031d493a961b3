import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../repository-root.ts';

/** The chart, from the root. */
export const CHART = 'infra/helm/soc-agent';

/** Values that the chart is looked at with; the names of files in its folder `ci`. */
export const CASES = ['compose', 'everything', 'keda'] as const;
type Case = (typeof CASES)[number];

/** Those whose objects are kept, for tests that have no helm. */
export const KEPT: readonly Case[] = ['compose', 'everything'];

export const valuesOf = (name: Case): string => `${CHART}/ci/${name}-values.yaml`;

/** Where the objects of a case are kept. */
export const renderedOf = (name: Case): string => `infra/helm/rendered/${name}.yaml`;

/** First line of what is kept: which chart and values it was rendered from. */
export function stampOf(name: Case): string {
  const own = ['Chart.yaml', 'values.yaml', 'values.schema.json'].map((file) => `${CHART}/${file}`);
  const sources = [...own, valuesOf(name), ...filesIn('templates'), ...filesIn('files/rules')];
  const hash = createHash('sha256');
  for (const file of sources) hash.update(`${file}\n`).update(readFileSync(path.join(repositoryRoot, file)));
  return `# Written by npm run test:helm -- --write. Sources: ${hash.digest('hex')}\n`;
}

const filesIn = (folder: string): readonly string[] =>
  globSync(`${CHART}/${folder}/*`, { cwd: repositoryRoot }).toSorted();
