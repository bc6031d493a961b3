/** A latency older than this has lost two thirds of its weight. */
const DECAY_MS = 10_000;

/**
 * The latency of an instance after one more answer. A slower one counts at once, a faster one only as the memory of the
 * slower ones fades, by the time since the last answer (the peak EWMA of Twitter's Finagle).
 */
export function afterAnswer(latencyMs: number, tookMs: number, sinceLastMs: number): number {
  if (tookMs >= latencyMs) return tookMs;
  const weight = Math.exp(-sinceLastMs / DECAY_MS);
  return latencyMs * weight + tookMs * (1 - weight);
}

/** What is left of a latency when nothing was heard for so long: one that was slow once must be tried again some time. */
export const faded = (latencyMs: number, sinceLastMs: number): number => latencyMs * Math.exp(-sinceLastMs / DECAY_MS);
