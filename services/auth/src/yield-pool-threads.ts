import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** As `nice` counts: a tenth of the share of a thread that is not nice, where both want the same core. */
const NICE = 10;
const TASKS = '/proc/self/task';

/**
 * Lets the threads of Node's pool, which hash passwords for seconds on end when many log in, step back behind whatever else
 * wants the processor: the event loop of this process, and the other services of the machine. Gives how many did; none where the
 * system is not Linux.
 */
export async function yieldPoolThreads(): Promise<number> {
  // Reading has started the pool, all of its threads at once.
  const tasks = await readdir(TASKS).catch(() => []);
  const names = await Promise.all(tasks.map((task) => readFile(`${TASKS}/${task}/comm`, 'utf8').catch(() => '')));
  const threads = tasks.filter((_, index) => names[index]?.startsWith('libuv-worker'));
  for (const thread of threads) setPriority(Number(thread), NICE);
  return threads.length;
}
