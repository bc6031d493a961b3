import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BulkOutcome } from '@soc/contracts/alert/ingest';
import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { BulkClaimRepository } from './bulk-claim-repository.ts';
import type { IdempotentRequest } from './domain/replay.ts';
import type { Answered, Idempotency } from './idempotency.ts';

const ASK_AGAIN_MS = 100;

/** Stores one bulk. It calls `keepClaim` between its transactions. */
export type StoreBulk = (keepClaim: () => Promise<void>) => Promise<BulkOutcome>;

export type BulkOnce = (request: IdempotentRequest, store: StoreBulk) => Promise<Answered<BulkOutcome>>;

/**
 * Stores the bulk of an Idempotency-Key once. A bulk takes many transactions, so the key is claimed before the first and
 * answered after the last; the same key sent meanwhile waits and gets that answer. It holds no connection while it waits:
 * a crowd of waiting requests leaves the pool to the one that stores. Where the holder fails its claim is released, where
 * it dies the claim runs out within a minute; the next request then stores the bulk, and what was stored before is counted
 * as repeated.
 */
export function createBulkOnce(given: {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly idempotency: Idempotency;
  readonly claims: BulkClaimRepository;
  readonly log: BusLog;
}): BulkOnce {
  const { db, idempotency, claims, log } = given;
  return async (request, store) => {
    const holder = randomUUID();
    while (!(await claims.take(db.write, request, holder))) await sleep(ASK_AGAIN_MS);
    try {
      const answered = await idempotency.peek(db.write, request, BulkOutcome);
      if (answered) return answered;
      const outcome = await store(() => claims.renew(db.write, request, holder));
      return await db.tx((tx) => idempotency.once(tx, request, BulkOutcome, async () => outcome));
    } finally {
      await claims
        .release(db.write, request, holder)
        .catch((error: unknown) => log.warn({ err: error }, 'claim of a bulk not released, it runs out'));
    }
  };
}
