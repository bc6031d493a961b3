import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackages, systemSearchPath } from '../../debian-packages.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import { findProgram } from '../../redis/find-redis-server.ts';

const run = promisify(execFile);

/** The last release whose Flux engine needs no Rust to be built; it speaks the version 2 API for writes and queries. */
const VERSION = 'v1.8.10';
const BUILD_WITHIN_MS = 1_200_000;
const BY_HAND = 'install Go by hand.';

/**
 * Finds influxd 1.8, or has Go build it into the user's cache folder, once: about two and a half minutes of CPU. Go is brought
 * by apt-get where it is missing. Throws `OperatorError` where it cannot be had.
 */
export async function ensureInfluxdb(
  host: Host,
  onOutput: (text: string) => void = () => undefined,
): Promise<{ readonly influxd: string }> {
  const cache = join(host.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'soc-agent');
  const influxd = join(cache, `influxd-${VERSION}`);
  const isCached = await access(influxd).then(
    () => true,
    () => false,
  );
  if (isCached) return { influxd };
  const find = () => findProgram('go', `${systemSearchPath(host)}:/usr/local/go/bin`);
  if ((await find()) === undefined) {
    await installDebianPackages(['golang-go'], { host, services: [], byHand: BY_HAND, onOutput });
  }
  const go = await find();
  if (go === undefined) throw new OperatorError(`There is no go; ${BY_HAND}`);
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(`${influxd}-`);
  // Without cgo no C compiler is needed: what it would bring is SQLite, for a function of Flux that nobody here calls.
  const env = { ...host.env, GOBIN: scratch, CGO_ENABLED: '0' };
  const options = ['-trimpath', '-ldflags=-s -w'];
  try {
    await run(go, ['install', ...options, `github.com/influxdata/influxdb/cmd/influxd@${VERSION}`], {
      env,
      timeout: BUILD_WITHIN_MS,
    });
    // Another process may have been as far; its program is as good.
    await rename(join(scratch, 'influxd'), influxd);
  } catch (error) {
    throw new OperatorError(`go could not build influxd: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { influxd };
}
