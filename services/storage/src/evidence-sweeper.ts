import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import { dropUpload, type IntakeDeps } from './intake.ts';

const EVERY_MS = 60 * 60 * 1000;

/** Removes what uploads that were broken off have left: at the start, and every hour. A store that is away does not stop the service. */
export function createEvidenceSweeper(deps: IntakeDeps & { readonly log: BusLog }): Worker {
  const { db, uploads, objectStore, now, log } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const sweep = async (): Promise<void> => {
    await objectStore.sweep();
    for (const upload of await uploads.listExpired(db.write, now().toISOString())) {
      // One that became evidence has no row; asked again, since its content must never go.
      if (!(await uploads.hasObject(db.write, upload.id))) await dropUpload(deps, upload);
    }
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
