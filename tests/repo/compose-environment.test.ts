import { readdirSync, readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { ServiceName } from '@soc/contracts';
import { composeNameOf, initCompose, OperatorError, Switches, thisHost } from '@soc/fleet';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { ensureDockerCompose } from '@soc/fleet/testing/compose';
import { parseConfig } from '@soc/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { readComposeFile } from './compose-file.ts';
import { definitionOf } from './service-definitions.ts';

const run = promisify(execFile);
const compose = readComposeFile('docker-compose.microservices.yml');
const switches = Switches.parse({});
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let setUp: Awaited<ReturnType<typeof initCompose>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('compose');
  setUp = await initCompose({ directory: directory.path, profile: 'full', switches, admin: {} });
});
afterAll(() => directory[Symbol.asyncDispose]());

const mounted = (): string => path.join(setUp.dataDirectory, 'mounted');

describe.each(ServiceName.options)('%s', (service) => {
  const described = compose.services[composeNameOf(service)];

  test('is told by the compose file what npm start tells it, and no secret', () => {
    const { LOG_LEVEL, ...environment } = described?.environment ?? {};
    expect(LOG_LEVEL).toBe('info');
    expect(environment).toEqual(setUp.environmentOf(service).open);
    const secrets = Object.values(setUp.environmentOf(service).secret).filter((value) => value !== '');
    const text = JSON.stringify(environment);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });

  test('is given the files that it is told of, and no other', () => {
    const named = Object.values(described?.environment ?? {}).flatMap(
      (value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? [],
    );
    expect(described?.secrets.toSorted()).toEqual([...new Set(named)].toSorted());
  });

  test('has all that its configuration asks for, and can read it', async () => {
    const secret = parseEnv(readFileSync(path.join(mounted(), `${service}.env`), 'utf8'));
    expect(secret).toEqual(setUp.environmentOf(service).secret);
    const settings = parseEnv(readFileSync(path.join(setUp.dataDirectory, 'services.env'), 'utf8'));
    const env = Object.fromEntries(
      Object.entries({ ...settings, ...described?.environment, ...secret }).map(([name, value]) => [
        name,
        value?.replaceAll('/run/secrets', mounted()),
      ]),
    );
    const { config } = await definitionOf(service);
    expect(() => parseConfig(config, env)).not.toThrow();
  });
});

test('soc init writes each secret that the compose file names, and no other', () => {
  expect(Object.keys(compose.secrets).toSorted()).toEqual(readdirSync(mounted()).toSorted());
});

describe('as docker-compose 1.29 itself reads it', () => {
  let program: string | undefined;
  beforeAll(async () => {
    program = await ensureDockerCompose(thisHost(), () => undefined).catch((error: unknown) => {
      if (!(error instanceof OperatorError)) throw error;
      return undefined;
    });
  }, 600_000);
  beforeEach(({ skip }) => skip(program === undefined, 'docker-compose is not here and cannot be installed'));

  test.each([
    [['docker-compose.microservices.yml']],
    [['docker-compose.microservices.yml', 'docker-compose.debug.yml']],
  ])(
    '%o are valid and have all their services',
    async (files) => {
      const named = files.flatMap((file) => ['-f', file]);
      // Without a profile it would not look at what each waits for.
      const profiles = ['--profile', 'full', '--profile', 'demo'];
      const args = ['--env-file', setUp.envFile, ...named, ...profiles, 'config', '--services'];
      const env = { PATH: process.env['PATH'] };
      const { stdout } = await run(program ?? '', args, { cwd: repositoryRoot, env, timeout: 120_000 });
      const names = files.flatMap((file) => Object.keys(readComposeFile(file).services));
      expect(stdout.trim().split('\n').toSorted()).toEqual(names.toSorted());
    },
    180_000,
  );
});
