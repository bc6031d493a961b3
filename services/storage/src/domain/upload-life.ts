const HOUR_MS = 60 * 60 * 1000;

const after = (startedAt: string, ms: number): string => new Date(Date.parse(startedAt) + ms).toISOString();

/** Until when an upload in parts is open, and counts as such: as long as it shows that it is in earnest. */
export const openUntil = {
  /** The store is being asked to begin it: whoever dies meanwhile leaves no more than this. */
  beginning: (startedAt: string): string => after(startedAt, HOUR_MS),
  /** Begun, and nothing has come yet. */
  waiting: (startedAt: string): string => after(startedAt, 24 * HOUR_MS),
  /** From the first part on. */
  receiving: (startedAt: string): string => after(startedAt, 7 * 24 * HOUR_MS),
} as const;
