import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** In a process of its own, since what has stepped back cannot step forth again. */
const SCRIPT = `
  import { getPriority } from 'node:os';
  import { readdirSync, readFileSync } from 'node:fs';
  import { yieldPoolThreads } from ${JSON.stringify(new URL('yield-pool-threads.ts', import.meta.url).href)};
  const count = await yieldPoolThreads();
  const pool = readdirSync('/proc/self/task').filter((task) =>
    readFileSync('/proc/self/task/' + task + '/comm', 'utf8').startsWith('libuv-worker'));
  console.log(JSON.stringify({ count, pool: pool.map((task) => getPriority(Number(task)) - getPriority(0)) }));
`;

test.skipIf(platform() !== 'linux')('the threads that hash step back behind the event loop', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', SCRIPT]);
  expect(JSON.parse(stdout)).toEqual({ count: 4, pool: [10, 10, 10, 10] });
});
