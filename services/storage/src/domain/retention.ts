const DAY_MS = 24 * 60 * 60 * 1000;

/** What is older than this is too old. */
export const keptSince = (keepDays: number, now: Date): Date => new Date(now.getTime() - keepDays * DAY_MS);

/** A purge that goes on after its policy was changed removes nothing that the new one keeps, nor more than it set out to. */
export const resumedBefore = (begunBefore: string, allowed: Date): Date =>
  new Date(Math.min(new Date(begunBefore).getTime(), allowed.getTime()));
