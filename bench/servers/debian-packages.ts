import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/soc-bench/', import.meta.url));
const ERLANG =
  'asn1 base crypto eldap ftp inets mnesia os-mon parsetools public-key runtime-tools snmp ssl syntax-tools tftp tools xmerl'
    .split(' ')
    .map((name) => `erlang-${name}`);

/** Packages that are unpacked into one folder. */
const SETS = {
  queues: {
    packages: ['nats-server', 'rabbitmq-server', ...ERLANG],
    /** Where the launchers of Erlang have its home written down. */
    launchers: ['usr/lib/erlang/bin/erl', 'usr/lib/erlang/erts-*/bin/erl'],
  },
  proxies: {
    packages: (
      'nginx haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 ' +
      'wrk libluajit2-5.1-2 libluajit2-5.1-common'
    ).split(' '),
    launchers: [],
  },
};
type DebianSet = keyof typeof SETS;

async function expand(root: string, pattern: string): Promise<string> {
  let path = root;
  for (const part of pattern.split('/')) {
    const [prefix = '', suffix = ''] = part.split('*');
    const names = part.includes('*') ? await readdir(path) : [part];
    const name = names.find((one) => one.startsWith(prefix) && one.endsWith(suffix));
    path = join(path, name ?? part);
  }
  return path;
}

async function unpack(root: string, { packages, launchers }: (typeof SETS)[DebianSet]): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const scratch = await mkdtemp(join(CACHE, 'unpacking-'));
  await run('apt-get', ['download', ...packages], { cwd: scratch });
  for (const file of (await readdir(scratch)).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg', ['-x', join(scratch, file), join(scratch, 'root')]);
  }
  for (const launcher of launchers) {
    const path = await expand(join(scratch, 'root'), launcher);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll('ROOTDIR=/usr/lib/erlang', `ROOTDIR=${root}/usr/lib/erlang`));
  }
  await rename(join(scratch, 'root'), root);
  await rm(scratch, { recursive: true });
}

/**
 * Debian's packages, unpacked once into a cache folder and not installed: no root needed, and no script of a package starts a
 * service. Resolves a path in them; a `*` stands for a version. Throws where there is no apt-get or no such package.
 */
export async function debianFile(set: DebianSet, pattern: string): Promise<string> {
  const root = join(CACHE, `debian-${set}`);
  const isThere = await access(root).then(
    () => true,
    () => false,
  );
  if (!isThere) await unpack(root, SETS[set]);
  return expand(root, pattern);
}
