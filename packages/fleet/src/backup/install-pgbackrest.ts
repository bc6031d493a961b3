import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackages, systemSearchPath } from '../debian-packages.ts';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { findProgram } from '../redis/find-redis-server.ts';

const run = promisify(execFile);

/** The first that knows PostgreSQL 18, which the fleet brings. */
const OLDEST = [2, 55] as const;

/** The first release of Debian that has it; its program runs on the release before as well, with the libraries that has. */
const RELEASE = 'trixie';
const LIBRARIES = ['libpq5', 'libssh2-1', 'libxml2', 'libbz2-1.0', 'liblz4-1', 'libzstd1', 'zlib1g'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const BY_HAND = 'install pgBackRest 2.55 or newer by hand, as from the packages of the PostgreSQL project.';

const isNewEnough = (text: string): boolean => {
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

/** Whether the program is there, finds its libraries, and is new enough. */
async function isUsable(path: string): Promise<boolean> {
  const said = await run(path, ['version']).catch(() => ({ stdout: '' }));
  return isNewEnough(said.stdout);
}

async function findInstalled(host: Host): Promise<string | undefined> {
  const found = await findProgram('pgbackrest', systemSearchPath(host));
  return found !== undefined && (await isUsable(found)) ? found : undefined;
}

/** Whether the machine's own sources of packages have one that is new enough. */
async function isOffered(env: Host['env']): Promise<boolean> {
  const { stdout } = await run('apt-cache', ['policy', 'pgbackrest'], { env }).catch(() => ({ stdout: '' }));
  return isNewEnough(/Candidate: (\S+)/.exec(stdout)?.[1] ?? '');
}

/** Where this machine gets Debian's packages from. */
async function debianMirror(env: Host['env']): Promise<string> {
  const targets = ['indextargets', '--format', '$(REPO_URI)'];
  const wanted = ['Created-By: Packages', 'Component: main', 'Origin: Debian', 'Label: Debian'];
  const { stdout } = await run('apt-get', [...targets, ...wanted], { env });
  const [mirror = ''] = stdout.split('\n');
  if (!URL.canParse(mirror)) throw new OperatorError(`This machine has no source of Debian's packages; ${BY_HAND}`);
  return mirror;
}

/**
 * Downloads the package of a later release and takes its program out. Lists and settings of the machine's own apt stay as they
 * are, and nothing is installed.
 */
async function unpack(program: string, env: Host['env']): Promise<void> {
  await mkdir(join(program, '..'), { recursive: true });
  const scratch = await mkdtemp(`${program}-`);
  try {
    for (const folder of ['lists/partial', 'cache/archives/partial']) {
      await mkdir(join(scratch, folder), { recursive: true });
    }
    const sources = join(scratch, 'sources.list');
    await writeFile(sources, `deb [signed-by=${KEYRING}] ${await debianMirror(env)} ${RELEASE} main\n`);
    const settings = {
      'Dir::Etc::SourceList': sources,
      'Dir::Etc::SourceParts': '-',
      'Dir::State::Lists': join(scratch, 'lists'),
      'Dir::Cache': join(scratch, 'cache'),
      'Acquire::Languages': 'none',
      // Root's folders are closed to the user that apt would download as.
      'APT::Sandbox::User': 'root',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const inScratch = { cwd: scratch, env, maxBuffer: MAX_OUTPUT_BYTES };
    await run('apt-get', [...options, 'update', '-q'], inScratch);
    await run('apt-get', [...options, 'download', '-q', 'pgbackrest'], inScratch);
    const [file = ''] = (await readdir(scratch)).filter((name) => name.endsWith('.deb'));
    await run('dpkg', ['-x', join(scratch, file), join(scratch, 'root')]);
    // Another process may have been faster; its program is as good.
    await rename(join(scratch, 'root/usr/bin/pgbackrest'), program);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Finds pgBackRest 2.55 or newer. Where it is missing it is installed with apt-get, if the machine's sources have it, or else
 * taken out of the package of a later Debian, once, into the user's cache folder. Throws `OperatorError` where it cannot be had.
 */
export async function ensurePgbackrest(host: Host, onOutput: (text: string) => void): Promise<string> {
  const installed = await findInstalled(host);
  if (installed !== undefined) return installed;
  const program = join(host.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'soc-agent', `pgbackrest-${RELEASE}`);
  if (await isUsable(program)) return program;
  const env = { ...host.env, PATH: systemSearchPath(host), LC_ALL: 'C' };
  if ((await findProgram('apt-get', env.PATH)) === undefined) {
    throw new OperatorError(`There is no pgBackRest, and no apt-get; ${BY_HAND}`);
  }
  const options = { host, services: [], byHand: BY_HAND, onOutput };
  if (await isOffered(env)) {
    await installDebianPackages(['pgbackrest'], options);
    const brought = await findInstalled(host);
    if (brought !== undefined) return brought;
  }
  await unpack(program, env).catch((error: unknown) => {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`apt-get could not bring pgBackRest; ${BY_HAND} ${String(error)}`, { cause: error });
  });
  if (!(await isUsable(program))) await installDebianPackages(LIBRARIES, options);
  if (!(await isUsable(program))) throw new OperatorError(`${program} does not run on this machine; ${BY_HAND}`);
  return program;
}
