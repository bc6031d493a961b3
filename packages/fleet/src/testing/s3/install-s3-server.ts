import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemSearchPath } from '../../debian-packages.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import { findProgram } from '../../redis/find-redis-server.ts';

const run = promisify(execFile);

const PROGRAMS = [
  'ceph-mon',
  'ceph-osd',
  'radosgw',
  'radosgw-admin',
  'ceph-authtool',
  'monmaptool',
  'osdmaptool',
] as const;

/** The programs of a Ceph with an S3 gateway. */
export interface CephPrograms {
  readonly paths: Readonly<Record<(typeof PROGRAMS)[number], string>>;
  /** Where they find their libraries and plugins; undefined for those of an installed system. */
  readonly root: string | undefined;
}

/** Of what they depend on, libraries are enough: the rest is for disks, for Python and for administrators. */
const NEEDED = /^(?:lib|ceph-(?:mon|osd|base|common)$|radosgw$)/;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

const BY_HAND = 'install ceph-mon, ceph-osd and radosgw by hand.';

async function findPrograms(searchPath: string): Promise<CephPrograms['paths'] | undefined> {
  const found = await Promise.all(PROGRAMS.map(async (name) => [name, await findProgram(name, searchPath)] as const));
  // `every` has seen that all of them are there.
  return found.every(([, path]) => path !== undefined)
    ? (Object.fromEntries(found) as CephPrograms['paths'])
    : undefined;
}

async function missingPackages(env: Host['env']): Promise<readonly string[]> {
  const simulate = ['install', '-s', '--no-install-recommends', 'ceph-mon', 'ceph-osd', 'radosgw'];
  const { stdout } = await run('apt-get', simulate, { env, maxBuffer: MAX_OUTPUT_BYTES });
  return [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name).filter((name) => NEEDED.test(name));
}

async function unpack(root: string, env: Host['env']): Promise<void> {
  await mkdir(join(root, '..'), { recursive: true });
  const scratch = await mkdtemp(`${root}-`);
  try {
    const packages = await missingPackages(env);
    await run('apt-get', ['download', '-q', ...packages], { cwd: scratch, env, maxBuffer: MAX_OUTPUT_BYTES });
    for (const file of (await readdir(scratch)).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['-x', join(scratch, file), join(scratch, 'root')]);
    }
    // Another process may have been faster; its folder is as good.
    await rename(join(scratch, 'root'), root).catch(() => undefined);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Finds Ceph's programs, or unpacks Debian's packages, once, into the user's cache folder: nothing is installed, and no script
 * of a package starts a service. Throws `OperatorError` where they cannot be had.
 */
export async function ensureCeph(host: Host): Promise<CephPrograms> {
  const env = { ...host.env, PATH: systemSearchPath(host) };
  const installed = await findPrograms(env.PATH);
  if (installed) return { paths: installed, root: undefined };
  if ((await findProgram('apt-get', env.PATH)) === undefined) {
    throw new OperatorError(`There is no radosgw, and no apt-get; ${BY_HAND}`);
  }
  const root = join(host.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'soc-agent', 'ceph');
  const isCached = await access(root).then(
    () => true,
    () => false,
  );
  if (!isCached) {
    await unpack(root, env).catch(async () => {
      // A machine that is new has no lists, and one that is old has those of packages that are gone.
      await run('apt-get', ['update', '-q'], { env, maxBuffer: MAX_OUTPUT_BYTES }).catch(() => undefined);
      await unpack(root, env).catch((error: unknown) => {
        throw new OperatorError(`apt-get could not bring Ceph; ${BY_HAND} ${String(error)}`);
      });
    });
  }
  // What the system has already was not brought again.
  const paths = await findPrograms(`${join(root, 'usr/bin')}:${join(root, 'usr/sbin')}:${env.PATH}`);
  if (!paths) throw new OperatorError(`${root} has not all of Ceph's programs: remove it, or ${BY_HAND}`);
  return { paths, root };
}

/** Where unpacked programs find what they load; nothing for installed ones. */
export async function libraryPaths(root: string | undefined): Promise<{
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}> {
  if (root === undefined) return { env: {}, settings: {} };
  const [triplet = ''] = (await readdir(join(root, 'usr/lib'))).filter((name) => name.endsWith('-linux-gnu'));
  const libraries = join(root, 'usr/lib', triplet);
  return {
    env: { LD_LIBRARY_PATH: [libraries, join(libraries, 'ceph'), join(root, 'lib', triplet)].join(':') },
    settings: {
      osd_class_dir: join(libraries, 'rados-classes'),
      erasure_code_dir: join(libraries, 'ceph/erasure-code'),
      plugin_dir: join(libraries, 'ceph'),
    },
  };
}
