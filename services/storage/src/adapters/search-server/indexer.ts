import { setTimeout as delay } from 'node:timers/promises';
import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import { type Generation, targetsOf } from './generation.ts';
import type { IndexerMetrics } from './indexer-metrics.ts';
import type { SearchClient } from './search-client.ts';
import type { SearchGenerations } from './search-generations-repository.ts';
import type { PendingDocument, PendingPage, SearchPending } from './search-pending-repository.ts';
import { BULK_TIMEOUT_MS, type BulkOutcome, NOTHING_SENT, sendBulk } from './send-bulk.ts';
import type { Upkeep } from './upkeep.ts';

export interface IndexerDeps {
  readonly db: Pick<DbCluster, 'write'>;
  readonly pending: SearchPending;
  readonly generations: SearchGenerations;
  readonly client: SearchClient;
  readonly upkeep: Upkeep;
  readonly holder: string;
  /** 10 s when absent. */
  readonly upkeepEveryMs?: number | undefined;
  /** 30 s when absent. */
  readonly drainMs?: number | undefined;
  /** 10 when absent. */
  readonly heldPages?: number | undefined;
  readonly metrics: IndexerMetrics;
  readonly log: BusLog;
}

/** Feeds the search server with what waits for it. */
export interface Indexer extends Worker {
  /** Something new waits. */
  readonly nudge: () => void;
  /** Does what is due and sends what waits, once; what `start` does again and again. Throws when the server takes nothing now. */
  readonly round: () => Promise<void>;
}

/** Of one bulk; one of alerts has about 1 MB. */
const BULK = { documents: 1_000, bytes: 5 * 1024 ** 2 };
/** Bulks under way at once: the next is read, and the last one forgotten, while the server is at work. */
const LANES = 2;
/** So long documents gather to a bulk; after a full one there is no waiting. */
const GATHER_MS = 50;
const IDLE_MS = 500;
const LEASE_S = 60;
const UPKEEP_EVERY_MS = 10_000;
/** Then the indices are looked after, as they fill: much may wait after an outage. */
const DRAIN_MS = 30_000;
/** So many that hold something for an index with a fault of its own are read in a round: none of that can be sent. */
const HELD_PAGES = 10;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [250, 5_000];

export function createIndexer(deps: IndexerDeps): Indexer {
  const { db, pending, upkeep, holder, metrics, log, upkeepEveryMs = UPKEEP_EVERY_MS } = deps;
  const stopping = new AbortController();
  const sleep = (ms: number, signal: AbortSignal = stopping.signal) =>
    delay(ms, undefined, { signal }).catch(() => undefined);
  let waking = new AbortController();
  let leasedUntilMs = 0;
  let isPrepared = false;
  let upkeepAtMs = 0;
  let isMuchComing = false;
  const place: Place = { after: '0' };

  /** Leased for long enough that no bulk outlives it: two that feed at once could miss an index being replaced. */
  const isLeader = async (): Promise<boolean> => {
    const nowMs = performance.now();
    if (leasedUntilMs - nowMs > BULK_TIMEOUT_MS * 2) return true;
    const isLeased = await pending.lease(db.write, holder, LEASE_S);
    leasedUntilMs = isLeased ? nowMs + LEASE_S * 1_000 : 0;
    return isLeased;
  };
  const look = async (): Promise<void> => {
    if (!isPrepared) await upkeep.ensure(isLeader);
    isPrepared = true;
    if (performance.now() < upkeepAtMs || !(await isLeader())) return;
    upkeepAtMs = performance.now() + upkeepEveryMs;
    await upkeep.round(isLeader);
  };
  const round = async (): Promise<void> => {
    if (!(await isLeader())) return;
    try {
      await look();
      const { isWhole, documents } = await drain(deps, { isLeader, isStopping: () => stopping.signal.aborted, place });
      isPrepared = isWhole;
      isMuchComing = documents >= BULK.documents;
    } catch (error) {
      isPrepared = false; // the server may have lost what it had
      throw error;
    }
  };
  const run = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      try {
        await round();
        pauseMs = FIRST_PAUSE_MS;
        await sleep(IDLE_MS, AbortSignal.any([stopping.signal, waking.signal]));
        if (waking.signal.aborted && !isMuchComing) await sleep(GATHER_MS);
        waking = new AbortController();
      } catch (error) {
        metrics.countFailure();
        log.warn({ err: error, pauseMs }, 'the search server takes no documents; they wait');
        await sleep(pauseMs / 2 + Math.random() * (pauseMs / 2));
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  };
  let running: Promise<void> = Promise.resolve();
  return {
    nudge: () => waking.abort(),
    round,
    start: () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
      await pending.release(db.write, holder).catch(() => undefined);
    },
  };
}

interface Drained {
  readonly isWhole: boolean;
  readonly documents: number;
}

/** Where the next round begins. */
interface Place {
  after: string;
}

interface Drain {
  readonly isLeader: () => Promise<boolean>;
  readonly isStopping: () => boolean;
  readonly place: Place;
}

/**
 * Sends what waits when it begins, for there may always be more, and of much a part; not whole when the server lacks an index. An index that has
 * a fault of its own is stepped over, so much in a round; where more waits for it, the next round goes on from there, and what is behind
 * waits for its turn. Throws when not everything was taken.
 */
async function drain(deps: IndexerDeps, { isLeader, isStopping, place }: Drain): Promise<Drained> {
  const { db, pending, generations, drainMs = DRAIN_MS, heldPages = HELD_PAGES } = deps;
  const untilMs = performance.now() + drainMs;
  const known = await generations.list(db.write);
  const last = await pending.last(db.write);
  const faulty = new Set<string>();
  const isToBeSent = (one: PendingDocument): boolean =>
    faulty.size === 0 || !targetsOf(known, one).some(({ indexName }) => faulty.has(indexName));
  let { after } = place;
  place.after = '0';
  let [hasRead, isLate] = [false, false];
  let isWhole = true;
  let [documents, held] = [0, 0];
  let reading: Promise<PendingPage> = Promise.resolve(NO_PAGE);
  const nextPage = (): Promise<PendingPage> => {
    reading = reading.then(async () => {
      isLate = held >= heldPages || (hasRead && performance.now() >= untilMs);
      if (isLate || isStopping() || !isWhole || !(await isLeader())) return NO_PAGE;
      hasRead = true;
      const page = await pending.next(db.write, { after, last }, BULK);
      after = page.batches.at(-1) ?? after;
      documents += page.documents.length;
      return page;
    });
    return reading;
  };
  const lane = async (): Promise<void> => {
    for (let page = await nextPage(); page.batches.length > 0; page = await nextPage()) {
      const outcome = await deliver(deps, page, { known, isToBeSent });
      for (const indexName of outcome.faulty) faulty.add(indexName);
      if (outcome.isHeld) held += 1;
      isWhole &&= !outcome.isIndexMissing;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  if (isLate && faulty.size > 0 && after !== last) place.after = after;
  if (isWhole && faulty.size > 0) throw new NotNowError(`these indices take no documents: ${[...faulty].join(', ')}`);
  return { isWhole, documents };
}

const NO_PAGE: PendingPage = { batches: [], documents: [] };

class NotNowError extends Error {
  override readonly name = 'NotNowError';
}

interface Delivery {
  readonly known: readonly Generation[];
  readonly isToBeSent: (document: PendingDocument) => boolean;
}

/** Sends one bulk and writes down what became of it. A batch waits on while one of its documents does. */
async function deliver(
  { db, pending, client, metrics, log }: IndexerDeps,
  { batches, documents }: PendingPage,
  { known, isToBeSent }: Delivery,
): Promise<Pick<BulkOutcome, 'faulty' | 'isIndexMissing'> & { readonly isHeld: boolean }> {
  const sent = documents.filter(isToBeSent);
  const kept = documents.filter((document) => !isToBeSent(document));
  const outcome = sent.length === 0 ? NOTHING_SENT : await sendBulk(client, sent, known);
  const { done, refused, waiting, isBusy, isIndexMissing } = outcome;
  await pending.refuse(db.write, refused);
  const unsettled = new Set([...kept, ...waiting].map(({ batch }) => batch));
  await pending.settle(
    db.write,
    batches.filter((batch) => !unsettled.has(batch)),
  );
  metrics.countIndexed(done.length);
  metrics.countRefused(refused.length);
  for (const { document, reason } of refused.slice(0, 3)) {
    log.error({ id: document.id, kind: document.kind, reason }, 'the search server refuses a document');
  }
  if (isBusy && !isIndexMissing) {
    throw new NotNowError(`the search server has no room for ${waiting.length} documents`);
  }
  return { ...outcome, isHeld: kept.length > 0 || outcome.faulty.length > 0 };
}
