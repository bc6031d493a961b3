/** Waits between restarts: 200 ms, doubled for each further death in a row, at most 30 s. */
export const restartDelayMs = (deathsInARow: number): number => Math.min(30_000, 200 * 2 ** (deathsInARow - 1));

/** A process that lived this long had started well: its next death counts as the first. */
export const STABLE_AFTER_MS = 30_000;
