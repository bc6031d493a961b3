import { randomInt } from 'node:crypto';
import { isPortFree } from '../ports.ts';

/** Below the range that Linux gives to outgoing connections, so that no client takes the port meanwhile. */
const [LOWEST, HIGHEST] = [12_000, 32_000];

/** `count` consecutive ports that are free now, from a random place, so that tests at the same time do not meet. */
export async function takeFreePorts(count: number): Promise<readonly [number, ...number[]]> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = randomInt(LOWEST, HIGHEST - count);
    const ports = Array.from({ length: count - 1 }, (_, index) => first + index + 1);
    if ((await Promise.all([first, ...ports].map(isPortFree))).every(Boolean)) return [first, ...ports];
  }
  throw new Error(`no ${count} free ports in a row`);
}
