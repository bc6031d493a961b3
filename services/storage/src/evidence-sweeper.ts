import type { Worker } from '@soc/service-kit';
import type { BusLog } from '@soc/messaging';
import type { ObjectStore } from './ports/object-store.ts';

/** Sweeps once, at the start: what lies there was left by a process that was killed. A store that is away does not stop the service. */
export const createEvidenceSweeper = (options: {
  readonly objectStore: Pick<ObjectStore, 'sweep'>;
  readonly log: BusLog;
}): Worker => ({
  start: () =>
    options.objectStore
      .sweep()
      .catch((error: unknown) => options.log.warn({ err: error }, 'abandoned uploads not swept away')),
  stop: () => Promise.resolve(),
});
