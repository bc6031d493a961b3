// npm run test:compose: docker-compose.microservices.yml, its profiles full and demo with docker-compose 1.29, then core with Compose
// v2, on a Docker engine of its own. SOC_TEST_COMPOSE=1 or 2 does one of both alone. Debian's docker.io, docker-compose and
// debootstrap are installed where they are missing, and Go builds Compose v2; the engine, its network and its containers are in
// namespaces of this run and end with it. Images and what was built are kept in ~/.cache/soc-agent/compose. As root, on Linux.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import path from 'node:path';
import { OperatorError, thisHost } from '@soc/fleet';
import { ensureDockerEngine } from '@soc/fleet/testing/compose';
import { buildImages, tellImages } from '../tests/compose/build-images.ts';
import { findPrograms } from '../tests/compose/compose-programs.ts';
import { startEngine } from '../tests/compose/engine.ts';
import { createReport } from '../tests/compose/report.ts';
import { LEFT_OUT, STAND_INS } from '../tests/compose/stand-ins.ts';

const interruption = new AbortController();
const { signal } = interruption;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());

const host = thisHost();
const directory = path.join(host.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'soc-agent/compose');
const startedAt = performance.now();
const report = createReport((line) => console.log(line), startedAt);

async function build(): Promise<void> {
  const engine = await startEngine({ directory, network: 'host', env: host.env });
  try {
    // What a run that was killed left behind would be started again.
    const left = (await engine.docker('ps', '-aq')).split('\n').filter(Boolean);
    if (left.length > 0) await engine.docker('rm', '--force', '--volumes', ...left);
    await engine.docker('volume', 'prune', '--force');
    await engine.docker('network', 'prune', '--force');
    await buildImages(engine, { directory, report, signal });
    await tellImages(engine, report);
  } finally {
    await engine.stop();
  }
}

/** The rest is said where the published ports are: in the engine's network. */
async function show(programs: Readonly<Record<string, string>>): Promise<number> {
  const engine = await startEngine({ directory, network: 'own', env: host.env });
  try {
    const inside = path.join(import.meta.dirname, '../tests/compose/inside.process.ts');
    const child = spawn('nsenter', [`--net=/proc/${engine.pid}/ns/net`, process.execPath, inside], {
      env: { ...engine.env, ...programs, SOC_STARTED_AT: String(performance.timeOrigin + startedAt) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    signal.addEventListener('abort', () => child.kill('SIGTERM'));
    const [code] = (await once(child, 'exit')) as [number | null]; // Node's own type of the event
    return code ?? 1;
  } finally {
    await engine.stop();
  }
}

try {
  if (host.uid !== 0) throw new OperatorError('Say it as root: it starts a Docker engine of its own.');
  await ensureDockerEngine(host, (text) => process.stdout.write(text));
  const others = Object.entries(STAND_INS).map(([name, what]) => `${what} as ${name}`);
  console.log(
    `docker-compose.microservices.yml with ${others.join(', ')}. Left out, since no image can be had: ${LEFT_OUT.join()}.`,
  );
  console.log('Images');
  await build();
  const programs = await findPrograms({ env: host.env }, { directory, report, signal });
  process.exitCode = await show(programs);
} catch (error) {
  if (!signal.aborted && !(error instanceof OperatorError)) throw error;
  console.error(signal.aborted ? 'Interrupted.' : (error as Error).message);
  process.exitCode = signal.aborted ? 130 : 1;
}
