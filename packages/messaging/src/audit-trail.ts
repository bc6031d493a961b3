import type { TrailKind } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { BusLog } from './log.ts';

/** Notes of what had no transaction of its own: gathered in memory, written once a second. */
export interface TrailGatherer {
  /** Returns at once. A process that is killed loses what it gathered within the last second. */
  readonly gather: (kind: TrailKind, type: string, eventIds: readonly string[]) => void;
  readonly start: () => void;
  /** Writes what is left. */
  readonly stop: () => Promise<void>;
}

const FLUSH_EVERY_MS = 1_000;
/** So many ids are written before the second is over. */
const FLUSH_AT = 5_000;
/** While the database is away no more ids than these are kept. */
const MAX_GATHERED = 50_000;

/** Gathers ids by what happened to them. */
export function createTrailGatherer(options: {
  readonly db: DbCluster;
  readonly trail: TrailRepository;
  readonly log: BusLog;
  readonly registry: Registry;
}): TrailGatherer {
  const { db, trail, log, registry } = options;
  const lost = new Counter({
    name: 'soc_bus_trail_lost_total',
    help: 'Events missing in the audit trail because the database was away for too long.',
    registers: [registry],
  });
  let gathered = new Map<string, { kind: TrailKind; type: string; eventIds: string[] }>();
  let ids = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const gather: TrailGatherer['gather'] = (kind, type, eventIds) => {
    if (eventIds.length === 0) return;
    if (ids + eventIds.length > MAX_GATHERED) return lost.inc(eventIds.length);
    const key = `${kind} ${type}`;
    const known = gathered.get(key) ?? { kind, type, eventIds: [] };
    gathered.set(key, known);
    known.eventIds.push(...eventIds);
    ids += eventIds.length;
    if (ids >= FLUSH_AT) void flush();
  };

  const write = async (): Promise<void> => {
    const notes = [...gathered.values()];
    if (notes.length === 0) return;
    gathered = new Map();
    ids = 0;
    try {
      await trail.append(db.write, notes);
    } catch (error) {
      log.warn({ err: error }, 'audit trail not written, will retry');
      for (const { kind, type, eventIds } of notes) gather(kind, type, eventIds);
    }
  };

  let isWriting = false;
  const flush = async (): Promise<void> => {
    if (isWriting) return writing;
    isWriting = true;
    writing = write().finally(() => {
      isWriting = false;
    });
    return writing;
  };

  return {
    gather,
    start: () => {
      timer = setInterval(() => void flush(), FLUSH_EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };
}
