/** How many requests of one kind may come. */
export interface RateRule {
  /** Keeps the counts of one rule apart from those of another, and names it to the client. */
  readonly name: string;
  readonly perS: number;
  /** May come at once before the rate holds. */
  readonly burst: number;
}

export interface RateVerdict {
  /** The rule that refused, or, of a request that is allowed, the one with the least left. */
  readonly rule: RateRule;
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the next would be allowed; 0 for now. */
  readonly retryAfterS: number;
  /** Until all of the burst is back. */
  readonly resetS: number;
}

/**
 * The generic cell rate algorithm: one number a caller, the time at which the next request would be due if all came evenly;
 * a request may be early by `burst` intervals. What Redis computes in `rate-limit-script.ts`.
 */
export function takeCell(
  dueMs: number | undefined,
  nowMs: number,
  rule: RateRule,
): RateVerdict & { readonly dueMs: number } {
  const intervalMs = 1_000 / rule.perS;
  const due = Math.max(dueMs ?? nowMs, nowMs);
  const next = due + intervalMs;
  const allowedAt = next - rule.burst * intervalMs;
  if (allowedAt > nowMs) {
    const retryAfterS = Math.ceil((allowedAt - nowMs) / 1_000);
    return { rule, allowed: false, remaining: 0, retryAfterS, resetS: Math.ceil((due - nowMs) / 1_000), dueMs: due };
  }
  const remaining = Math.floor((nowMs - allowedAt) / intervalMs);
  return { rule, allowed: true, remaining, retryAfterS: 0, resetS: Math.ceil((next - nowMs) / 1_000), dueMs: next };
}
