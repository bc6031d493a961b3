import { z } from 'zod';
import type { RetryPolicy } from './subscription.ts';

/** An event whose handler failed; tried again later, with growing pauses. */
export const RetryJob = z.object({
  /** The event's own id, or the hash of a frame that could not be opened yet. */
  eventId: z.string(),
  type: z.string(),
  /** The event alone in a sealed frame, in base64. */
  frame: z.string(),
  reason: z.string(),
  /** Tries that ended in the handler; absent after the first, made when the event arrived. */
  attempts: z.number().int().optional(),
  /** Sent again by a person who knows that it was never handled, however old it is. */
  allowStale: z.boolean().optional(),
});
export type RetryJob = z.infer<typeof RetryJob>;

/** Adding the same event twice keeps one job. */
export type AddRetry = (job: RetryJob, policy: RetryPolicy) => Promise<void>;

/**
 * The pause after so many tries: full jitter, anything from nothing to the bound, which doubles from try to try. Events
 * that failed together do not come back together.
 */
export const backoffMs = (
  tries: number,
  { firstDelayMs, maxDelayMs }: Omit<RetryPolicy, 'maxAttempts'>,
  random: () => number = Math.random,
): number => Math.round(random() * Math.min(firstDelayMs * 2 ** (tries - 1), maxDelayMs));

/** A handler was given the event once more and failed: counted in the job, and paid for by its subscription's pauses. */
export class HandlerFailedError extends Error {
  override readonly name = 'HandlerFailedError';
}

/** Longest pauses after a failure that is no handler's, such as PostgreSQL away, whatever the subscription says. */
const OUTSIDE = { firstDelayMs: 500, maxDelayMs: 60_000 };

/**
 * The pause before a job is tried again. `failures` are all that BullMQ has counted, those outside the handler too; each
 * kind grows with its own number.
 */
export function retryPauseMs(
  { failures, error, attempts = 1 }: { failures: number; error: unknown; attempts?: number | undefined },
  policy: RetryPolicy | undefined,
  random?: () => number,
): number {
  if (error instanceof HandlerFailedError && policy) return backoffMs(Math.max(1, attempts), policy, random);
  return backoffMs(Math.max(1, failures - Math.max(0, attempts - 1)), OUTSIDE, random);
}
