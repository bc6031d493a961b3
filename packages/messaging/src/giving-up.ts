import type { DeadLetterReason } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import type { Bury, Corpse } from './burial.ts';
import type { BusLog } from './log.ts';
import type { RefusedMessage } from './refusal.ts';
import type { RetryJob } from './retry-job.ts';

/** The two ways in which an event ends without its effect. */
export interface GivingUp {
  /** Its handler was given it so often and did not manage. */
  readonly bury: (job: RetryJob, attempts: number, reasonCode: DeadLetterReason) => Promise<void>;
  /** It is turned away at the door; `frame` is what came, in base64. */
  readonly refuse: (refused: RefusedMessage, frame: string) => Promise<void>;
  /** Has attacks by messages of a type counted from zero: of a series that begins with one, Prometheus sees no increase. */
  readonly expect: (type: string) => void;
}

/** Refusals that mean that somebody writes to Redis who should not (alert EventsForged). */
const ATTACKS = ['tampered', 'forged', 'unknown_key'] as const satisfies readonly RefusedMessage['refusal'][];

export function createGivingUp(options: {
  readonly db: DbCluster;
  readonly bury: Bury;
  /** Told of every message that is turned away. */
  readonly onRefused: (refused: RefusedMessage) => void;
  readonly registry: Registry;
  readonly log: BusLog;
}): GivingUp {
  const { db, onRefused, log } = options;
  const refusals = new Counter({
    name: 'soc_events_refused_total',
    help: 'Messages turned away before their handler: tampered, unknown_key, forged, stale, from_the_future, unknown_version, invalid.',
    labelNames: ['type', 'reason'],
    registers: [options.registry],
  });

  const bury: GivingUp['bury'] = async ({ eventId, type, frame, reason }, attempts, reasonCode) => {
    const corpse: Corpse = { eventId, type, body: Buffer.from(frame, 'base64'), reasonCode, reason, attempts };
    await db.tx((tx) => options.bury(tx, corpse));
    log.error({ eventId, eventType: type, reasonCode, reason, attempts }, 'event moved to the dead letters');
  };

  return {
    bury,
    expect: (type) => {
      for (const reason of ATTACKS) refusals.inc({ type, reason }, 0);
    },
    refuse: async (refused, frame) => {
      const { type, eventId, refusal, reason } = refused;
      await bury({ eventId, type, frame, reason }, 0, refusal);
      refusals.inc({ type, reason: refusal });
      onRefused(refused);
    },
  };
}
