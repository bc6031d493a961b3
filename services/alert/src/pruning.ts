import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import type { ArrivalRepository } from './arrival-repository.ts';
import type { BulkClaimRepository } from './bulk-claim-repository.ts';
import type { DeduplicationRepository } from './deduplication-repository.ts';
import type { CorrelationWindowRepository } from './correlation-window-repository.ts';
import type { EventSourceRepository } from './event-source-repository.ts';
import type { MoveRepository } from './move-repository.ts';
import type { RiskRepository } from './risk-repository.ts';
import type { FingerprintRepository } from './fingerprint-repository.ts';
import { IDEMPOTENCY_KEEP_MS } from './idempotency.ts';
import type { IdempotencyRepository } from './idempotency-repository.ts';

const EVERY_MS = 10 * 60_000;

/** An expired fingerprint is kept so long that the news that something is over still finds its alert. */
const FINGERPRINT_KEEP_MS = 24 * 3_600_000;

/** A source that has been silent for so long is none any more. */
const SILENT_SOURCE_KEEP_MS = 30 * 86_400_000;

/** How long it is remembered with which assets an entity was seen: a week tells what is common. */
const ASSETS_KEEP_MS = 7 * 24 * 3_600_000;

/** After a month not even a critical alert is left of any risk: 80 points are less than a millionth. */
const RISK_KEEP_MS = 30 * 86_400_000;

/** Who has not undone a merge or a split in a quarter of a year will not. */
const MOVES_KEEP_MS = 90 * 86_400_000;

export interface Pruning extends Worker {
  readonly prune: () => Promise<void>;
}

/** Forgets fingerprints, merges and splits, idempotency keys, claims, windows of correlations and silent sources whose time is over. */
export function createPruning(given: {
  readonly db: Pick<DbCluster, 'write'>;
  readonly fingerprints: FingerprintRepository;
  readonly arrivals: Pick<ArrivalRepository, 'pruneAssets'>;
  readonly risks: Pick<RiskRepository, 'prune'>;
  readonly moves: Pick<MoveRepository, 'prune'>;
  readonly deduplication: Pick<DeduplicationRepository, 'prune'>;
  readonly idempotencyKeys: IdempotencyRepository;
  readonly bulkClaims: BulkClaimRepository;
  readonly correlationWindows: Pick<CorrelationWindowRepository, 'prune'>;
  readonly eventSourceRows: Pick<EventSourceRepository, 'prune'>;
  readonly now: () => Date;
  readonly log: BusLog;
}): Pruning {
  const {
    db,
    fingerprints,
    arrivals,
    risks,
    moves,
    deduplication,
    idempotencyKeys,
    bulkClaims,
    correlationWindows,
    eventSourceRows,
    now,
    log,
  } = given;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const prune = async (): Promise<void> => {
    const nowMs = now().getTime();
    await fingerprints.prune(db.write, new Date(nowMs - FINGERPRINT_KEEP_MS));
    await arrivals.pruneAssets(db.write, new Date(nowMs - ASSETS_KEEP_MS));
    await risks.prune(db.write, new Date(nowMs - RISK_KEEP_MS));
    await moves.prune(db.write, new Date(nowMs - MOVES_KEEP_MS));
    await deduplication.prune(db.write, new Date(nowMs));
    await idempotencyKeys.prune(db.write, new Date(nowMs - IDEMPOTENCY_KEEP_MS));
    await bulkClaims.prune(db.write);
    await correlationWindows.prune(db.write, new Date(nowMs));
    await eventSourceRows.prune(db.write, new Date(nowMs - SILENT_SOURCE_KEEP_MS));
  };
  return {
    prune,
    start: () => {
      timer = setInterval(() => {
        running = prune().catch((error: unknown) => log.warn({ err: error }, 'expired keys not pruned'));
      }, EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
