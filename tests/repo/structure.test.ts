import { ServiceName } from '@soc/contracts';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { fileLengths } from '../../scripts/checks/file-lengths.ts';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { sourceFiles } from '../../scripts/source-files.ts';
import { productionSources, textOf } from './sources.ts';

const inRepository = (file: string): string => path.join(repositoryRoot, file);

test('no service imports a service', () => {
  const imports = sourceFiles()
    .filter((file) => file.startsWith('services/'))
    .flatMap((file) => {
      const own = file.split('/')[1] ?? '';
      return importsOf(textOf(file))
        .map(
          (target) =>
            target.match(/@soc\/(\w+)-service/)?.[1] ?? resolved(file, target)?.match(/^services\/(\w+)/)?.[1],
        )
        .filter((service) => service !== undefined && service !== own)
        .map((service) => `${file} imports ${service}`);
    });
  expect(imports).toEqual([]);
});

test('no package imports a service', () => {
  const imports = sourceFiles()
    .filter((file) => file.startsWith('packages/'))
    .filter((file) => importsOf(textOf(file)).some((target) => /@soc\/\w+-service|(^|\/)services\//.test(target)));
  expect(imports).toEqual([]);
});

test('no file is longer than 300 lines', async () => {
  expect((await fileLengths.run()).output).toBe('');
});

test('no file is a drawer for things without a name', () => {
  const drawers = sourceFiles().filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared)(\.|\/|$)/.test(file));
  expect(drawers).toEqual([]);
});

test('SQL of the services is in their repositories', () => {
  const strays = productionSources('services/').filter(
    ({ file, text }) => /\bsql`/.test(text) && !file.endsWith('-repository.ts'),
  );
  expect(strays.map(({ file }) => file)).toEqual([]);
});

test('a route reads with the token of its caller, never what may lag behind it', () => {
  const strays = productionSources('services/').filter(
    ({ file, text }) => /\/routes\//.test(file) && /\bdb\.read\b/.test(text),
  );
  expect(strays.map(({ file }) => file)).toEqual([]);
});

test.each(ServiceName.options)('%s has the rooms of a service', (service) => {
  const rooms = ['package.json', 'README.md', 'src/main.ts', 'src/app.ts', 'src/deps.ts', 'src/config.ts'];
  const missing = rooms.filter((room) => !existsSync(inRepository(`services/${service}/${room}`)));
  expect(missing).toEqual([]);
});

test.each(ServiceName.options)('the README of %s tells its events, tables and environment', (service) => {
  const headings = textOf(`services/${service}/README.md`)
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .join('\n');
  const hasTables = existsSync(inRepository(`services/${service}/migrations`));
  const sections = hasTables ? [/events/i, /tables/i, /environment/i] : [/environment/i];
  for (const section of sections) expect(headings).toMatch(section);
});

test('what continuous integration runs is there and executable', () => {
  expect(() => accessSync(inRepository('.ci/run'), constants.X_OK)).not.toThrow();
});

test('npm scripts replace their shell, so that a signal sent to npm reaches what it runs', () => {
  const manifest = z.object({ scripts: z.record(z.string(), z.string()) });
  const { scripts } = manifest.parse(JSON.parse(readFileSync(inRepository('package.json'), 'utf8')));
  for (const script of Object.values(scripts)) expect(script).toMatch(/^exec node /);
});

/** What a module imports, statically or not, types included. */
const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].flatMap(([, target]) => target ?? []);

/** Where a relative import of `file` leads, from the root. */
const resolved = (file: string, target: string): string | undefined =>
  target.startsWith('.') ? path.posix.join(path.posix.dirname(file), target) : undefined;
