import { z } from 'zod';
import { TenantId, Timestamp, Uuid } from '../primitives.ts';

/** Type of an event, `<noun>.<past participle>`. */
export const EventType = z
  .string()
  .max(64)
  .regex(/^[a-z]+\.[a-z]+$/);

/**
 * Why an event was given up. `handler_failed`: all its attempts failed; `not_retryable`: its handler said that another
 * would not help; `no_subscription`: the service no longer hears its type. The others were refused before any handler saw
 * them: `tampered` (its seal does not verify), `unknown_key` (sealed with a key the ring does not hold), `forged` (its source
 * does not own the type), `stale` (older than the inbox remembers, so that a second effect could not be ruled out),
 * `from_the_future` (made more than a day ahead of the clock), `unknown_version`, `invalid` (no event, or a payload that does
 * not fit).
 */
export const DeadLetterReason = z.enum([
  'handler_failed',
  'not_retryable',
  'no_subscription',
  'tampered',
  'unknown_key',
  'forged',
  'stale',
  'from_the_future',
  'unknown_version',
  'invalid',
]);
export type DeadLetterReason = z.infer<typeof DeadLetterReason>;

/** `waiting` for a person to decide; `replayed`: its effect is committed; `discarded`: a person gave it up, with a reason. */
export const DeadLetterState = z.enum(['waiting', 'replayed', 'discarded']);
export type DeadLetterState = z.infer<typeof DeadLetterState>;

/** Who did something to the bus. */
export const BusActor = z.object({ kind: z.enum(['user', 'api_key', 'service']), id: z.string(), name: z.string() });
export type BusActor = z.infer<typeof BusActor>;

/** An event that a service gave up, without its payload. What could not be read of it is null. */
export const DeadLetter = z.object({
  /** Of the event; of what could not be opened, an id of its own. */
  eventId: Uuid,
  type: z.string(),
  /** The service that published it, as far as that could be read. */
  source: z.string().nullable(),
  subject: z.string().nullable(),
  tenantId: z.string().nullable(),
  correlationId: z.string().nullable(),
  reasonCode: DeadLetterReason,
  /** In words, as the last failure said it; without `bus:inspect` only the code, and SQLSTATE or name of the error. */
  reason: z.string(),
  /** Times a handler was given it, operators' replays included. */
  attempts: z.number().int().min(0),
  firstFailedAt: Timestamp,
  lastFailedAt: Timestamp,
  state: DeadLetterState,
  /** When it was replayed or discarded, and by whom; null while it waits. */
  settledAt: Timestamp.nullable(),
  settledBy: BusActor.nullable(),
  discardReason: z.string().nullable(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** A dead letter with what it holds: one event, or those of a frame that was refused whole. */
export const OpenedDeadLetter = DeadLetter.extend({
  /** The CloudEvents; null while they stay sealed. */
  contents: z.array(z.unknown()).nullable(),
  /** `no_permission`: the caller lacks `bus:inspect`; `unreadable`: no key of the ring opens it, or it is no event. */
  sealed: z.enum(['no_permission', 'unreadable']).nullable(),
});
export type OpenedDeadLetter = z.infer<typeof OpenedDeadLetter>;

/** Which dead letters; all conditions must hold, none means all. `since` and `until` (exclusive) speak of the last failure. */
export const DeadLetterFilter = z.strictObject({
  type: EventType.optional(),
  reasonCode: DeadLetterReason.optional(),
  since: Timestamp.optional(),
  until: Timestamp.optional(),
  subject: z.string().min(1).max(256).optional(),
  tenantId: TenantId.optional(),
});
export type DeadLetterFilter = z.infer<typeof DeadLetterFilter>;
