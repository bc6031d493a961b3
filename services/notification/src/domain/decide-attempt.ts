/** How one try to send ended. `permanent`: another try would end the same way. */
export type SendResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly permanent: boolean; readonly retryAfterS?: number };

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly firstRetryMs: number;
}

export type AttemptDecision =
  | { readonly status: 'delivered' }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'pending'; readonly reason: string; readonly nextAttemptAt: string };

const GROWTH = 4;
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

/**
 * What follows from a try. Pauses grow fourfold up to an hour, so that the default eight tries outlast some three hours;
 * their upper half is random (`random` in 0..1). A receiver may ask for a longer pause, up to the hour.
 */
export function decideAttempt(
  result: SendResult,
  attempts: number,
  policy: RetryPolicy,
  moment: { readonly at: Date; readonly random: number },
): AttemptDecision {
  if (result.ok) return { status: 'delivered' };
  const { reason, permanent, retryAfterS = 0 } = result;
  if (permanent || attempts >= policy.maxAttempts) return { status: 'failed', reason };
  const fullMs = Math.min(policy.firstRetryMs * GROWTH ** (attempts - 1), LONGEST_PAUSE_MS);
  const pauseMs = Math.max(fullMs / 2 + (fullMs / 2) * moment.random, Math.min(retryAfterS * 1_000, LONGEST_PAUSE_MS));
  return {
    status: 'pending',
    reason,
    nextAttemptAt: new Date(moment.at.getTime() + Math.round(pauseMs)).toISOString(),
  };
}
