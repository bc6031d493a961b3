import type { Worker } from '@soc/service-kit';
import type { Upstreams } from './upstreams.ts';

/** Asks every instance, again and again, whether it lives. Starts at once; ends with the connections to them all. */
export function createProber(upstreams: Upstreams, everyMs: number): Worker {
  let running = Promise.resolve();
  let isProbing = false;
  let timer: NodeJS.Timeout | undefined;

  const probe = async (): Promise<void> => {
    if (isProbing) return;
    isProbing = true;
    await upstreams.probeAll();
    isProbing = false;
  };

  return {
    start: () => {
      running = probe();
      timer = setInterval(() => {
        running = probe();
      }, everyMs);
    },
    stop: async () => {
      clearInterval(timer);
      await upstreams.close();
      await running;
    },
  };
}
