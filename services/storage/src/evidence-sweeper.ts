import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import { sweepUpload, type IntakeDeps } from './intake.ts';

const EVERY_MS = 60 * 60 * 1000;

/** Removes what uploads that were broken off have left: at the start, and every hour. A store that is away does not stop the service. */
export function createEvidenceSweeper(deps: IntakeDeps & { readonly log: BusLog }): Worker {
  const { db, uploads, objectStore, now, log } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const sweep = async (): Promise<void> => {
    for (const upload of await uploads.listAbandoned(db.write, now().toISOString())) {
      await sweepUpload(deps, upload).catch((error: unknown) => {
        log.warn({ err: error, uploadId: upload.id }, 'an abandoned upload is not swept away; tried again in an hour');
      });
    }
    await objectStore.sweep();
  };
  const run = (): void => {
    running = sweep().catch((error: unknown) => log.warn({ err: error }, 'abandoned uploads not swept away'));
  };
  return {
    start: async () => {
      run();
      timer = setInterval(run, EVERY_MS);
      await running;
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
