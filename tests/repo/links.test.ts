import { existsSync, globSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { textOf } from './sources.ts';

const pages = globSync(['*.md', '{docs,infra,packages,services,prometheus,bench}/**/*.md'], {
  cwd: repositoryRoot,
  exclude: (name) => name === 'node_modules' || name === 'generated',
});

/** Without code, in which brackets and parentheses are no links. */
const proseOf = (page: string): string =>
  textOf(page)
    .replaceAll(/^```[^]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, 'code');

/** Names of the headings of a page, as they are linked to. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

test('every link of a page leads to a file that is there, and to a heading that it has', () => {
  expect(pages.length).toBeGreaterThan(80);
  const broken = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^(?:[a-z]+:|<)/.test(target))
      .filter((target) => !leads(page, target))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

function leads(page: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const to = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  if (!existsSync(path.join(repositoryRoot, to))) return false;
  if (anchor === undefined || statSync(path.join(repositoryRoot, to)).isDirectory()) return true;
  return !to.endsWith('.md') || anchorsOf(to).has(anchor);
}
