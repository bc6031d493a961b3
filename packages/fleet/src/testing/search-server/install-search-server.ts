import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackages, systemSearchPath } from '../../debian-packages.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import { findProgram } from '../../redis/find-redis-server.ts';
import { fileOf, isIntact, type Jar, listJars, OPENSEARCH_VERSION } from './jars.ts';

const run = promisify(execFile);

/** What runs a search server. */
export interface SearchServerPrograms {
  readonly java: string;
  /** Folder with every jar of `jars.txt`. */
  readonly jars: string;
}

const BY_HAND = 'install ivy and a Java runtime from 17 to 23 by hand.';
/** Where Debian's package puts it, under the version of the day. */
const JAVA_LIBRARIES = '/usr/share/java';
/** Jars come one after the other within one Ivy; most of the time is waiting. */
const DOWNLOADS_AT_ONCE = 4;
const DOWNLOAD_WITHIN_MS = 300_000;

/** Poms are not read: `jars.txt` is the whole list. */
const SETTINGS = `<ivysettings>
  <settings defaultResolver="central"/>
  <resolvers><ibiblio name="central" m2compatible="true" usepoms="false"/></resolvers>
</ivysettings>`;

const moduleOf = (jars: readonly Jar[]): string => `<ivy-module version="2.0">
  <info organisation="soc" module="search-server"/>
  <configurations><conf name="default"/></configurations>
  <dependencies>${jars
    .map(({ organisation, name, revision }) => `<dependency org="${organisation}" name="${name}" rev="${revision}"/>`)
    .join('\n')}</dependencies>
</ivy-module>`;

async function findIvy(): Promise<string | undefined> {
  const names = await readdir(JAVA_LIBRARIES).catch(() => []);
  const name = names.find((one) => /^ivy-\d.*\.jar$/.test(one));
  return name && join(JAVA_LIBRARIES, name);
}

async function download(jars: readonly Jar[], programs: { java: string; ivy: string }, folder: string): Promise<void> {
  const scratch = await mkdtemp(join(folder, 'ivy-'));
  await writeFile(join(scratch, 'settings.xml'), SETTINGS);
  await writeFile(join(scratch, 'ivy.xml'), moduleOf(jars));
  const jvm = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-jar', programs.ivy, '-warn'];
  const files = ['-settings', 'settings.xml', '-ivy', 'ivy.xml', '-cache', join(scratch, 'cache')];
  const target = ['-retrieve', join(folder, '[artifact]-[revision].[ext]')];
  await run(programs.java, [...jvm, ...files, ...target], { cwd: scratch, timeout: DOWNLOAD_WITHIN_MS });
  await rm(scratch, { recursive: true });
}

/** The jars in a folder of their own, each with the checksum that is written down; a broken one is an error. */
async function fetchJars(programs: { java: string; ivy: string }, target: string): Promise<void> {
  const jars = await listJars();
  await mkdir(join(target, '..'), { recursive: true });
  const scratch = await mkdtemp(`${target}-`);
  const shares = Array.from({ length: DOWNLOADS_AT_ONCE }, (_, share) =>
    jars.filter((_jar, index) => index % DOWNLOADS_AT_ONCE === share),
  );
  await Promise.all(shares.map((share) => download(share, programs, scratch)));
  for (const jar of jars) {
    if (!(await isIntact(scratch, jar))) throw new OperatorError(`${fileOf(jar)} is not what was expected.`);
  }
  // Another process may have been faster; its folder is as good.
  await rename(scratch, target).catch(() => rm(scratch, { recursive: true, force: true }));
}

/**
 * Finds Java and the server's jars, or brings them: Java and Ivy by apt-get, the jars by Ivy from Maven Central into the
 * user's cache folder, once. Throws `OperatorError` where they cannot be had.
 */
export async function ensureSearchServer(
  host: Host,
  onOutput: (text: string) => void = () => undefined,
): Promise<SearchServerPrograms> {
  const find = async () => ({ java: await findProgram('java', systemSearchPath(host)), ivy: await findIvy() });
  const cache = host.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const jars = join(cache, 'soc-agent', `opensearch-${OPENSEARCH_VERSION}`);
  const isCached = await access(jars).then(
    () => true,
    () => false,
  );
  let { java, ivy } = await find();
  if (java === undefined || (!isCached && ivy === undefined)) {
    await installDebianPackages(['ivy'], { host, services: [], byHand: BY_HAND, onOutput });
    ({ java, ivy } = await find());
  }
  if (java === undefined) throw new OperatorError(`There is no java; ${BY_HAND}`);
  if (!isCached) {
    if (ivy === undefined) throw new OperatorError(`There is no Ivy; ${BY_HAND}`);
    await fetchJars({ java, ivy }, jars);
  }
  return { java, jars };
}
