/** An event whose own clock is further ahead than this is not believed. */
const AHEAD_MS = 24 * 3_600_000;

/** Whether an event may have happened then; what clocks and forgers say of the time before 1970, or of the far future, is not believed. */
export const isPlausibleTime = (timeMs: number, receivedMs: number): boolean =>
  timeMs > 0 && timeMs < receivedMs + AHEAD_MS;

/** When an event happened: by its own clock where that can be believed, else when it arrived. */
export const eventTimeOf = (timeMs: number | undefined, receivedMs: number): number =>
  timeMs !== undefined && isPlausibleTime(timeMs, receivedMs) ? timeMs : receivedMs;
