// Runs the workspace on its pinned Node, installing it first when anything it is made of has changed. Plain JavaScript
// without dependencies, since it is what runs on whatever Node >= 20 the machine happens to have.
//
//   node scripts/bootstrap.mjs soc <arguments>           the operator's command
//   node scripts/bootstrap.mjs run <file.ts> <arguments>  a script of this repository
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const nodeModules = path.join(root, 'node_modules');
const pinnedNode = path.join(nodeModules, 'node/bin/node');
const stampFile = path.join(nodeModules, '.soc-install-stamp');

/** Signals that come closer together than this are one request, seen through a terminal, npm and a shell. */
const REPEAT_WINDOW_MS = 1000;

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** The package.json files of the workspace: the root's, and one in every folder that pnpm-workspace.yaml names. */
function manifestFiles(workspaceYaml) {
  const folders = [...workspaceYaml.matchAll(/^ {2}- ([\w-]+)(\/\*)?$/gm)].flatMap(([, folder, star]) => {
    if (!star) return [folder];
    const parent = path.join(root, folder);
    return existsSync(parent) ? readdirSync(parent).map((name) => path.join(folder, name)) : [];
  });
  return ['.', ...folders].map((folder) => path.join(root, folder, 'package.json')).filter((file) => existsSync(file));
}

function installStamp() {
  const workspaceFile = path.join(root, 'pnpm-workspace.yaml');
  const manifests = manifestFiles(readFileSync(workspaceFile, 'utf8')).toSorted((a, b) => (a < b ? -1 : 1));
  const hash = createHash('sha256');
  for (const file of [path.join(root, 'pnpm-lock.yaml'), workspaceFile, ...manifests]) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function install() {
  const stamp = installStamp();
  if (existsSync(pinnedNode) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;

  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const startedAt = Date.now();
  process.stderr.write(`Installing the workspace with ${packageManager} … `);
  const { status, error, stdout, stderr } = spawnSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile'],
    {
      cwd: root,
      // CI keeps pnpm from asking questions, which nobody would see.
      env: { ...process.env, CI: 'true' },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  if (status !== 0) {
    process.stderr.write('failed\n');
    if (error?.code === 'ENOENT') fail('npx was not found: install npm, which comes with Node.');
    process.stderr.write(`${stdout}${stderr}`);
    fail('The workspace could not be installed: see the output of pnpm above.');
  }
  if (!existsSync(pinnedNode)) {
    process.stderr.write('failed\n');
    fail(
      `The pinned Node is missing at ${path.relative(root, pinnedNode)} after the installation: delete node_modules and try again.`,
    );
  }
  process.stderr.write(`done in ${Math.round((Date.now() - startedAt) / 1000)} s\n`);
  writeFileSync(stampFile, stamp);
}

/** The file to run and its arguments. */
function command([verb, ...rest]) {
  if (verb === 'soc') return [path.join(root, 'packages/fleet/src/cli/main.ts'), ...rest];
  const [file, ...args] = rest;
  if (verb === 'run' && file !== undefined) return [path.resolve(root, file), ...args];
  return fail('Usage: bootstrap.mjs soc <arguments> | bootstrap.mjs run <file> <arguments>');
}

/**
 * Runs the pinned Node until it ends and ends alike. The child shares the process group, so a Ctrl-C at a terminal has
 * reached it already and is not repeated; any other signal is passed on once.
 */
function run(args) {
  const compileCache = path.join(nodeModules, '.cache/node-compile');
  mkdirSync(compileCache, { recursive: true });
  const child = spawn(pinnedNode, args, {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  });
  let lastSignalAt = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const repeated = Date.now() - lastSignalAt < REPEAT_WINDOW_MS;
      lastSignalAt = Date.now();
      if (repeated || (signal === 'SIGINT' && process.stdin.isTTY)) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`The pinned Node could not be started: ${error.message}.`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node 20 or newer is needed to begin with; this is ${process.version}.`);
}
const args = command(process.argv.slice(2));
install();
run(args);
