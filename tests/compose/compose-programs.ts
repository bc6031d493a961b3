import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Engine } from './engine.ts';
import type { Report } from './report.ts';
import { runCommand } from './run-command.ts';
import type { Stack } from './stack.ts';

/** Newest of Compose v2 in the Go module proxy. */
const VERSION = 'v2.40.3';
const MODULE = 'github.com/docker/compose/v2';
const BUILD_WITHIN_MS = 900_000;

/** Variables by which scripts/test-compose.ts hands on what it found. */
const [V1, V2] = ['SOC_COMPOSE_V1', 'SOC_COMPOSE_V2'] as const;

/** Which Compose a run is of: `1`, for everything; `2`, for the core; or `both`, one after the other. */
const Choice = z.enum(['1', '2', 'both']).default('both');

/** The programs of a run. */
export const programsOf = (env: Readonly<Record<string, string | undefined>>) => ({ v1: env[V1], v2: env[V2] });

/** Finds what was chosen; Compose v2 is built by Go, once, and where that cannot be, left out with a word. */
export async function findPrograms(
  { env }: Pick<Engine, 'env'>,
  options: { readonly directory: string; readonly report: Report; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, string>>> {
  const choice = Choice.parse(env['SOC_TEST_COMPOSE']);
  const v1 = choice === '2' ? {} : { [V1]: 'docker-compose' };
  if (choice === '1') return v1;
  const program = await ensureComposeV2({ env, ...options }).catch((error: unknown) => {
    if (choice === '2') throw error;
    options.report.figure('Compose v2 is left out', String(error));
    return undefined;
  });
  return { ...v1, ...(program !== undefined && { [V2]: program }) };
}

/**
 * `go install` refuses the module, since its go.mod excludes versions of others; a module that requires it may be built. Without
 * cgo no C compiler is needed.
 */
async function ensureComposeV2(options: {
  readonly env: Engine['env'];
  readonly directory: string;
  readonly signal: AbortSignal;
}): Promise<string> {
  const { directory, signal } = options;
  const program = join(directory, `docker-compose-${VERSION}`);
  const isBuilt = await access(program).then(
    () => true,
    () => false,
  );
  if (isBuilt) return program;
  await mkdir(directory, { recursive: true });
  const scratch = await mkdtemp(`${program}-`);
  const env = {
    ...options.env,
    PATH: `${options.env['PATH'] ?? ''}:/usr/local/go/bin`,
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=mod',
  };
  const go = (...args: readonly string[]) =>
    runCommand('go', ['-C', scratch, ...args], { env, signal, timeoutMs: BUILD_WITHIN_MS });
  try {
    await writeFile(join(scratch, 'go.mod'), 'module example.invalid/compose\n\ngo 1.24\n');
    await go('get', `${MODULE}/cmd@${VERSION}`);
    const flags = `-ldflags=-s -w -X ${MODULE}/internal.Version=${VERSION}`;
    await go('build', '-trimpath', flags, '-o', 'docker-compose', `${MODULE}/cmd`);
    await rename(join(scratch, 'docker-compose'), program);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return program;
}

const Config = z.object({ services: z.record(z.string(), z.unknown()) });

/** Reads the compose file of the stack, and tells by whom. */
export async function readConfig(stack: Stack, report: Report): Promise<void> {
  report.figure('version', (await stack.compose('version', '--short')).trim());
  const { services } = Config.parse(parse(await stack.compose('config')));
  report.figure('services', Object.keys(services).length.toString());
  if (!('alert-service' in services)) throw new Error('there is no alert-service');
}
