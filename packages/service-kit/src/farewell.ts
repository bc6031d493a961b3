import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How a service leaves: it says so while it still answers, so that whoever sends it requests can turn to others first. */
export interface Farewell {
  readonly isLeaving: () => boolean;
  /** From now on `/health/live` says 503 and every answer ends its connection; resolves after `graceMs`. */
  readonly say: (graceMs: number) => Promise<void>;
}

/** To be called before the routes are added. */
export function createFarewell(app: FastifyInstance): Farewell {
  let isLeaving = false;
  app.addHook('onRequest', (_, reply, done) => {
    if (isLeaving) reply.header('connection', 'close');
    done();
  });
  return {
    isLeaving: () => isLeaving,
    say: async (graceMs) => {
      isLeaving = true;
      if (graceMs > 0) await pause(graceMs);
    },
  };
}
