import type { EdgePlatform, Worker } from '@soc/service-kit';
import { repeat } from './repeat.ts';
import type { Upstreams } from './upstreams.ts';

export interface ProberSettings {
  readonly probeEveryMs: number;
  readonly resolveEveryMs: number;
  readonly log: EdgePlatform<unknown>['log'];
}

/**
 * Looks up where instances are and asks every one whether it lives, again and again. Starts when the names are known; ends
 * with the connections to them all.
 */
export function createProber(upstreams: Upstreams, { probeEveryMs, resolveEveryMs, log }: ProberSettings): Worker {
  const resolving = repeat(upstreams.resolveAll, {
    everyMs: resolveEveryMs,
    onFailure: (error) => log.error({ err: error }, 'instances not looked up'),
  });
  const probing = repeat(upstreams.probeAll, {
    everyMs: probeEveryMs,
    onFailure: (error) => log.error({ err: error }, 'instances not probed'),
  });
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
