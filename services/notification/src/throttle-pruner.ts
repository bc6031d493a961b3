import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import type { ThrottleRepository } from './throttle-repository.ts';

const EVERY_MS = 10 * 60 * 1000;

/** Forgets the turns that are free again. */
export function createThrottlePruner(options: {
  readonly db: Pick<DbCluster, 'write'>;
  readonly throttles: Pick<ThrottleRepository, 'forget'>;
  readonly now: () => Date;
  readonly log: BusLog;
}): Worker {
  const { db, throttles, now, log } = options;
  let timer: NodeJS.Timeout | undefined;
  const prune = (): void => {
    throttles
      .forget(db.write, now())
      .catch((error: unknown) => log.warn({ err: error }, 'old throttles not forgotten, will retry'));
  };
  return {
    start: () => {
      timer = setInterval(prune, EVERY_MS);
    },
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}
