import { createPublicKey, type KeyObject } from 'node:crypto';
import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { HealthCheck, Registry } from '@soc/monitoring';
import type { Worker } from '@soc/service-kit';
import type { auditRecordRepository } from './audit-record-repository.ts';
import { BrokenTrailError, type FollowedTrail, followTrail, type TrailSources } from './followed-trail.ts';
import { observeNotary } from './notary-metrics.ts';

export interface NotaryOptions extends Omit<TrailSources, 'keys'> {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly records: TrailSources['records'] & Pick<typeof auditRecordRepository, 'tryLockCheckpoints'>;
  /** Ed25519. */
  readonly privateKey: KeyObject;
  /** Signs after so many records, or, when there are any, after this time. */
  readonly everyRecords: number;
  readonly everyMs: number;
  /** Longest that a stop waits for the last signature; 3 s when absent. */
  readonly lastRoundMs?: number;
  readonly log: BusLog;
  readonly now: () => Date;
  readonly registry: Registry;
}

/** Signs the trail; its check throws when the trail is not the one that was signed. */
export interface Notary extends Worker {
  readonly check: HealthCheck;
  /** One round: reads what is new, and signs when it is time, or when `sign` says so. */
  readonly look: (sign?: 'now') => Promise<void>;
}

/** New records are looked for this often. */
const POLL_MS = 1_000;
/** Within the time that a service has to stop. */
const LAST_ROUND_MS = 3_000;

/**
 * Follows the trail from its first record, checking every one against the chain and what has been signed, and signs what it
 * has so checked. Whatever contradicts stops it for good: it never signs over it, and only a person can decide what to do.
 * Several replicas may do so at once, over one directory or each over its own.
 */
export function createNotary(options: NotaryOptions): Notary {
  const { db, records, log, now, privateKey } = options;
  const keys = { privateKey, publicKey: createPublicKey(privateKey) };
  let trail: FollowedTrail | undefined;
  let broken: string | undefined;
  const ending = new AbortController();

  const isDue = (followed: FollowedTrail, sign?: 'now'): boolean => {
    const facts = followed.facts();
    const unsigned = facts.records - facts.signedRecords;
    if (unsigned <= 0) return false;
    const signedAt = followed.signedAt()?.getTime() ?? Number.NEGATIVE_INFINITY;
    return sign === 'now' || unsigned >= options.everyRecords || now().getTime() - signedAt >= options.everyMs;
  };

  const signWhenDue = async (followed: FollowedTrail, sign?: 'now'): Promise<void> => {
    if (!isDue(followed, sign)) return;
    await db.tx(async (tx) => {
      if (!(await records.tryLockCheckpoints(tx))) return; // another replica is at it
      await followed.learn();
      if (!isDue(followed, sign)) return;
      const checkpoint = await followed.sign(now());
      if (checkpoint === undefined) return; // the next round learns of the other's
      const { signedRecords, root } = followed.facts();
      // Whoever keeps the log elsewhere has a witness of the trail there.
      log.info({ signedRecords, root, checkpoint }, 'audit trail signed');
    });
  };

  const round = async (sign?: 'now'): Promise<void> => {
    if (broken !== undefined || ending.signal.aborted) return;
    try {
      trail ??= await followTrail({ ...options, keys });
      if (await trail.follow(ending.signal)) await signWhenDue(trail, sign);
    } catch (error) {
      if (error instanceof BrokenTrailError) {
        broken = error.message;
        log.error({ finding: broken }, 'the audit trail is not the one that was signed; nothing is signed any more');
      } else log.warn({ err: error }, 'audit trail not followed, will try again');
    }
  };

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const look = (sign?: 'now'): Promise<void> => (running = running.then(() => round(sign)));
  const facts = () => trail?.facts() ?? { records: 0, signedRecords: 0 };
  observeNotary(options.registry, () => ({ ...facts(), isBroken: broken !== undefined }));

  return {
    look,
    check: {
      critical: false,
      run: () => (broken === undefined ? Promise.resolve({ ...facts() }) : Promise.reject(new Error(broken))),
    },
    start: () => {
      const again = (): void => {
        void look().then(() => {
          if (timer) timer = setTimeout(again, POLL_MS).unref();
        });
      };
      timer = setTimeout(again, 0);
    },
    stop: async () => {
      clearTimeout(timer);
      timer = undefined;
      const late = Promise.withResolvers<void>();
      const deadline = setTimeout(() => {
        ending.abort();
        late.resolve();
      }, options.lastRoundMs ?? LAST_ROUND_MS);
      await Promise.race([look('now'), late.promise]);
      clearTimeout(deadline);
    },
  };
}
