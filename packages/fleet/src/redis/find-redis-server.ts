import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../operator-error.ts';

const run = promisify(execFile);

/** The first whose users have selectors, by which each service may do another thing to other streams. */
const OLDEST = [7, 0] as const;

/** The full path of a program on a search path such as `$PATH`. */
export async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, name);
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isExecutable) return path;
  }
  return undefined;
}

/** Finds `redis-server` on the search path. Throws when the one that is there is too old. */
export async function findRedisServer(searchPath: string): Promise<string | undefined> {
  const path = await findProgram('redis-server', searchPath);
  if (path === undefined) return undefined;
  const { stdout } = await run(path, ['--version']);
  const [, major = 0, minor = 0] = (/v=(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return path;
  throw new OperatorError(
    `${path} is Redis ${major}.${minor}, the fleet needs ${OLDEST.join('.')} or newer; install one or set REDIS_URL.`,
  );
}
