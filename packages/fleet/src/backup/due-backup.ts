import type { Backup } from './backup-list.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const WEEK_MS = 7 * DAY_MS;

/** Which backup is due: a full one a week after the last, an incremental one a day after any. */
export function dueBackup(backups: readonly Backup[], now: Date): 'full' | 'incr' | undefined {
  const ageMs = (backup: Backup | undefined): number =>
    backup ? now.getTime() - backup.startedAt.getTime() : Infinity;
  if (ageMs(backups.findLast(({ type }) => type === 'full')) >= WEEK_MS) return 'full';
  return ageMs(backups.at(-1)) >= DAY_MS ? 'incr' : undefined;
}
