import type { DeadLetterReason, EventSpec } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { TrailNote, TrailRepository } from './audit-trail-repository.ts';
import type { Deliverer, Outcome } from './delivery.ts';
import { unreadableEventId } from './event-id.ts';
import { sealFrame } from './frame.ts';
import type { GivingUp } from './giving-up.ts';
import type { Arrival, Door, Intake } from './intake.ts';
import { createKeyPatience } from './key-patience.ts';
import type { KeyRing } from './key-ring.ts';
import type { AddRetry, RetryJob } from './retry-job.ts';
import type { Subscription } from './subscription.ts';

/** Decides what becomes of every event: done, to be tried again, or a dead letter. */
export interface Settlement {
  /** Throws only when nothing could be decided: PostgreSQL or Redis is away. Settling again is harmless. */
  readonly settle: (of: Subscription, frames: readonly Buffer[]) => Promise<void>;
  /**
   * Events of a frame that may be handled; what is turned away is a dead letter by then, or has gone to be tried again.
   * Throws for an ordered frame while its key may still come.
   */
  readonly open: (of: Subscription, frame: Buffer) => Promise<readonly Accepted[]>;
  /** One more try of a job. Resolves with the reason when there is to be another, undefined when it is settled. */
  readonly retry: (of: Subscription, job: RetryJob, attempts: number) => Promise<string | undefined>;
  readonly bury: GivingUp['bury'];
}

type Opened = Extract<Intake, { readonly ok: true }>;
export type Accepted = Extract<Arrival, { readonly ok: true }> & { readonly from: Opened };

/** A reason that may pass: the ring of this process may be behind. */
const MAY_PASS = 'unknown_key';

/** Seals one event of a frame alone, for what keeps it longer than the stream does. */
export const sealEvent = (
  ring: KeyRing,
  { type, owner }: EventSpec,
  { publishedAt, token }: Pick<Opened, 'publishedAt' | 'token'>,
  text: string,
): Buffer => sealFrame(ring, { type, source: owner, publishedAt, token }, [text]);

export function createSettlement(options: {
  readonly keyRing: KeyRing;
  readonly door: Door;
  readonly deliverer: Deliverer;
  readonly addRetry: AddRetry;
  readonly db: DbCluster;
  readonly trail: TrailRepository;
  readonly givingUp: GivingUp;
}): Settlement {
  const { keyRing, door, deliverer, addRetry, db, trail, givingUp } = options;
  const { bury, refuse } = givingUp;
  const patience = createKeyPatience();

  const sealAlone = (spec: EventSpec, from: Opened, text: string): string =>
    sealEvent(keyRing, spec, from, text).toString('base64');

  const take = async (of: Subscription, frame: Buffer, allowStale = false): Promise<Intake> => {
    const taken = door.take(of.spec, frame, { allowStale });
    if (taken.ok || taken.refusal !== MAY_PASS) return taken;
    await keyRing.refresh();
    return door.take(of.spec, frame, { allowStale });
  };

  const accept = async (of: Subscription, from: Opened): Promise<readonly Accepted[]> => {
    const accepted: Accepted[] = [];
    for (const arrival of from.arrivals) {
      if (arrival.ok) accepted.push({ ...arrival, from });
      else await refuse({ ...arrival, type: of.spec.type }, sealAlone(of.spec, from, arrival.text));
    }
    return accepted;
  };

  const open = async (of: Subscription, frame: Buffer): Promise<readonly Accepted[]> => {
    const { type } = of.spec;
    const taken = await take(of, frame);
    if (taken.ok) return accept(of, taken);
    const job = { eventId: unreadableEventId(frame), type, frame: frame.toString('base64'), reason: taken.reason };
    if (taken.refusal === MAY_PASS && of.isOrdered && patience.isLeft()) {
      // Whose order a frame is part of shows only when it opens: all that come after it wait with it.
      throw new Error(`an ordered frame of ${type} is sealed under a key that is not here yet`);
    }
    if (taken.refusal === MAY_PASS && of.retry.maxAttempts > 1 && !of.isOrdered) await addRetry(job, of.retry);
    else await refuse({ ...taken, type, eventId: job.eventId }, job.frame);
    return [];
  };

  const deliver = async (of: Subscription, accepted: readonly Accepted[]): Promise<void> => {
    const outcomes = await deliverer.deliver(
      of,
      accepted.map(({ event }) => event),
    );
    if (outcomes.every(({ kind }) => kind === 'done')) return;
    const failed = of.retry.maxAttempts > 1 ? failureNotes(of, accepted, outcomes) : [];
    await trail.append(db.write, failed);
    for (const [index, { eventId, text, from }] of accepted.entries()) {
      const outcome = outcomes[index];
      if (!outcome || outcome.kind === 'done') continue;
      const job = { eventId, type: of.spec.type, frame: sealAlone(of.spec, from, text), reason: outcome.reason };
      if (outcome.kind === 'failed' && of.retry.maxAttempts > 1) await addRetry(job, of.retry);
      else await bury(job, 1, reasonCodeOf(outcome));
    }
  };

  const settle: Settlement['settle'] = async (of, frames) => {
    const accepted: Accepted[] = [];
    for (const frame of frames) {
      const clean = openClean(door, of, frame) ?? (await open(of, frame));
      for (const one of clean) accepted.push(one);
    }
    for (let from = 0; from < accepted.length; from += of.batchSize) {
      await deliver(of, accepted.slice(from, from + of.batchSize));
    }
  };

  return {
    settle,
    open,
    bury,
    retry: async (of, job, attempts) => {
      const frame = Buffer.from(job.frame, 'base64');
      const taken = await take(of, frame, job.allowStale);
      if (!taken.ok) {
        if (taken.refusal === MAY_PASS && attempts < of.retry.maxAttempts) return taken.reason;
        await refuse({ ...taken, type: job.type, eventId: job.eventId }, job.frame);
        return undefined;
      }
      const accepted = await accept(of, taken);
      const [only] = accepted;
      if (accepted.length !== 1 || !only) {
        await settle(of, [frame]);
        return undefined;
      }
      const [outcome] = await deliverer.deliver(of, [only.event]);
      if (!outcome || outcome.kind === 'done') return undefined;
      if (outcome.kind === 'failed' && attempts < of.retry.maxAttempts) {
        await trail.append(db.write, [failureNote(of, only.eventId, attempts, outcome.reason)]);
        return outcome.reason;
      }
      await bury({ ...job, eventId: only.eventId, reason: outcome.reason }, attempts, reasonCodeOf(outcome));
      return undefined;
    },
  };
}

/** The events of a frame that nothing is wrong with, without waiting; undefined for any other. */
function openClean(door: Door, of: Subscription, frame: Buffer): readonly Accepted[] | undefined {
  const from = door.take(of.spec, frame);
  if (!from.ok) return undefined;
  const accepted: Accepted[] = [];
  for (const arrival of from.arrivals) {
    if (!arrival.ok) return undefined;
    accepted.push({ ...arrival, from });
  }
  return accepted;
}

type Undone = Exclude<Outcome, { readonly kind: 'done' }>;

const reasonCodeOf = ({ kind }: Undone): DeadLetterReason => (kind === 'failed' ? 'handler_failed' : 'not_retryable');

/** A try that is to be followed by another. */
const failureNote = ({ spec }: Subscription, eventId: string, attempt: number, reason: string): TrailNote => ({
  kind: 'failed',
  type: spec.type,
  eventIds: [eventId],
  attempt,
  reasonCode: 'handler_failed',
  reason,
});

const failureNotes = (of: Subscription, accepted: readonly Accepted[], outcomes: readonly Outcome[]): TrailNote[] =>
  accepted.flatMap(({ eventId }, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === 'failed' ? [failureNote(of, eventId, 1, outcome.reason)] : [];
  });
