import { type BusActor, type BusReplay, type ReplayState, type ServiceTrail, uuidv7 } from '@soc/contracts';
import type { DbCluster, Queryable } from '@soc/db-cluster';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { BusLog } from './log.ts';
import { placeBefore } from './replay-reader.ts';
import type { ReplayWorker } from './replay-worker.ts';
import type { ReplaysRepository } from './replays-repository.ts';
import type { Subscription } from './subscription.ts';
import { summariseTrail } from './trail-outcome.ts';

/** What people may do to one service's end of the bus, and see of it. */
export interface BusOperations {
  readonly deadLetters: DeadLetters;
  /** Begins to give this service the events of a type from a time range once more. */
  readonly startReplay: (
    replay: { readonly type: string; readonly from: Date; readonly to: Date | undefined },
    by: BusActor,
  ) => Promise<
    | { readonly ok: true; readonly replay: BusReplay }
    | { readonly ok: false; readonly refusal: 'not_subscribed' | 'replay_running' }
  >;
  readonly listReplays: (
    read: Queryable,
    query: {
      readonly state: ReplayState | undefined;
      readonly type: string | undefined;
      readonly beforeId: string | undefined;
      readonly limitRows: number;
    },
  ) => Promise<readonly BusReplay[]>;
  readonly findReplay: (read: Queryable, id: string) => Promise<BusReplay | undefined>;
  /** Stops a replay after the step under way. */
  readonly cancelReplay: (
    id: string,
    by: BusActor,
  ) => Promise<
    { readonly ok: true; readonly replay: BusReplay } | { readonly ok: false; readonly refusal: 'not_found' | 'ended' }
  >;
  readonly trailOf: (read: Queryable, eventId: string) => Promise<Omit<ServiceTrail, 'service'>>;
}

interface Options {
  readonly db: DbCluster;
  readonly deadLetters: DeadLetters;
  readonly replays: ReplaysRepository;
  readonly trail: TrailRepository;
  readonly worker: Pick<ReplayWorker, 'wake'>;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly log: BusLog;
  readonly now: () => Date;
}

export function createBusOperations(options: Options): BusOperations {
  const { db, deadLetters, replays, trail, worker, subscriptions, log, now } = options;
  return {
    deadLetters,
    startReplay: async ({ type, from, to }, by) => {
      if (!subscriptions.has(type)) return { ok: false, refusal: 'not_subscribed' };
      const at = now();
      const until = to === undefined || to > at ? at : to;
      const id = uuidv7(at.getTime());
      const replay = await replays.start(db.write, {
        id,
        type,
        from: from < until ? from : until,
        to: until,
        cursor: placeBefore(from.getTime()),
        by,
        at,
      });
      if (!replay) return { ok: false, refusal: 'replay_running' };
      log.info({ replayId: id, eventType: type, actor: by.id }, 'replay started');
      worker.wake();
      return { ok: true, replay };
    },
    listReplays: replays.list,
    findReplay: replays.find,
    cancelReplay: async (id, by) => {
      const replay = await replays.end(db.write, id, { state: 'cancelled', at: now() });
      if (replay) {
        log.info({ replayId: id, eventType: replay.type, actor: by.id }, 'replay cancelled');
        return { ok: true, replay };
      }
      return { ok: false, refusal: (await replays.find(db.write, id)) ? 'ended' : 'not_found' };
    },
    trailOf: async (read, eventId) => {
      const entries = await trail.entriesOf(read, eventId);
      return { eventId, ...summariseTrail(entries), entries };
    },
  };
}
