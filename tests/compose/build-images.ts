import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { readComposeFile } from '../repo/compose-file.ts';
import type { Engine } from './engine.ts';
import { type Report, seconds } from './report.ts';
import { runCommand } from './run-command.ts';
import { buildStandIns } from './stand-ins.ts';

/** What can be had without an image registry, and what stand-ins are made from. */
const BASE_IMAGES = ['node', 'debian', 'redis', 'monitoring', 'mailpit', 'bookworm'] as const;

const compose = readComposeFile('docker-compose.microservices.yml');
const inCore = Object.entries(compose.services).filter(([, { profiles }]) => profiles.includes('core'));

/** One service for each image that is built. */
const built: ReadonlyMap<string, string> = new Map(
  inCore
    .toReversed()
    .filter(([, { build }]) => build)
    .map(([name, { image }]) => [image, name]),
);

/** Makes base images and stand-ins, and builds what is ours, all of it in the profile `core`, by the compose file as it is. */
export async function buildImages(
  engine: Engine,
  options: { readonly directory: string; readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  const { env, docker } = engine;
  const { directory, report, signal } = options;
  let before = performance.now();
  await runCommand(join(repositoryRoot, 'tests/compose/assemble-base-images.sh'), [...BASE_IMAGES], {
    env: { ...env, SOC_IMAGE_WORK: join(directory, 'base') },
    signal,
    timeoutMs: 900_000,
  });
  report.figure('base images', seconds(performance.now() - before));
  before = performance.now();
  await buildStandIns(engine, directory, signal);
  report.figure('stand-ins', seconds(performance.now() - before));
  // Builds see the machine's network, in which the package registries are.
  const names = [...built.values()];
  const overlay = join(directory, 'build.yml');
  await writeFile(overlay, `services:\n${names.map((name) => `  ${name}: { build: { network: host } }\n`).join('')}`);
  // The compose file names it; a build reads nothing of it.
  await writeFile(join(directory, 'services.env'), '');
  const files = ['--file', join(repositoryRoot, 'docker-compose.microservices.yml'), '--file', overlay];
  for (const name of names) {
    before = performance.now();
    await runCommand('docker-compose', ['--ansi', 'never', ...files, 'build', name], {
      env: { ...env, COMPOSE_PROFILES: 'core', COMPOSE_PROJECT_NAME: 'soc', SOC_DIR: directory },
      signal,
      timeoutMs: 900_000,
    });
    report.figure(`built ${name}`, seconds(performance.now() - before));
  }
  // Of earlier runs.
  await docker('image', 'prune', '--force');
  await docker('builder', 'prune', '--force', '--keep-storage=4GB');
}

/** Size of each image, and how many packages its bill of materials names. */
export async function tellImages({ docker }: Engine, report: Report): Promise<void> {
  for (const image of new Set(inCore.map(([, service]) => service.image))) {
    const bytes = Number(await docker('image', 'inspect', '--format', '{{.Size}}', image));
    const bill = await docker('run', '--rm', '--network=none', '--entrypoint=cat', image, '/app/sbom.cdx.json').then(
      (text) => `${(JSON.parse(text) as { components: unknown[] }).components.length} components`,
      () => 'no bill of materials',
    );
    report.figure(`image ${image}`, `${(bytes / 1e6).toFixed(0)} MB, ${bill}`);
  }
}
