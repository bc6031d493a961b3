import type { Worker } from '@soc/service-kit';
import { repeat } from './repeat.ts';
import type { Upstreams } from './upstreams.ts';

export interface ProberSettings {
  readonly probeEveryMs: number;
  readonly resolveEveryMs: number;
}

/**
 * Looks up where instances are and asks every one whether it lives, again and again. Starts when the names are known; ends
 * with the connections to them all.
 */
export function createProber(upstreams: Upstreams, { probeEveryMs, resolveEveryMs }: ProberSettings): Worker {
  const resolving = repeat(upstreams.resolveAll, resolveEveryMs);
  const probing = repeat(upstreams.probeAll, probeEveryMs);
  return {
    start: async () => {
      await resolving.run();
      void probing.run();
      resolving.start();
      probing.start();
    },
    stop: async () => {
      const underWay = [resolving.stop(), probing.stop()];
      await upstreams.close();
      await Promise.all(underWay);
    },
  };
}
