import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FleetPlan } from './fleet-plan.ts';
import { tellStep } from './fleet-event.ts';
import { NODE_FLAGS } from './node-flags.ts';
import { mainFileOf, compileCacheDirectory } from './services.ts';

const run = promisify(execFile);
const WARMER = fileURLToPath(new URL('cli/warm-compile-cache.ts', import.meta.url));

/**
 * Compiles the services once, while PostgreSQL makes its data directory, when this checkout has never been started. Each
 * process then starts with the code of all: measured on two cores, nine processes are up in 3 s instead of 5.5 s, and
 * each is 25 MB smaller, since the TypeScript compiler is not loaded into it.
 */
export async function warmCompileCache({ layout, host, onEvent }: FleetPlan): Promise<void> {
  const cache = compileCacheDirectory();
  if (existsSync(cache)) return;
  const modules = new Set(layout.instances.map(({ service }) => mainFileOf(service)));
  const env = { ...host.env, NODE_COMPILE_CACHE: cache };
  await tellStep('Compiling', onEvent, async () => {
    try {
      await mkdir(cache, { recursive: true });
      await run(host.nodePath, [...NODE_FLAGS, WARMER, ...modules], { env });
    } catch (error) {
      // The fleet starts without it, only slower. A service that cannot be loaded says so itself when it is started.
      onEvent({ kind: 'note', text: `not compiled ahead: ${error instanceof Error ? error.message : String(error)}` });
    }
  });
}
