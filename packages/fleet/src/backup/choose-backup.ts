import type { Backup } from './backup-list.ts';

/** Where a restore goes: a moment, or as far as there is. */
export type RestorePoint = Date | 'latest';

export type BackupChoice =
  | { readonly ok: true; readonly backup: Backup }
  | {
      readonly ok: false;
      readonly refusal: 'no_backups' | 'before_the_first' | 'in_the_future';
      readonly firstEndedAt?: Date;
    };

/** The backup that a restore begins with: the newest that had ended by the moment asked for. */
export function chooseBackup(backups: readonly Backup[], to: RestorePoint, now: Date): BackupChoice {
  const [first] = backups;
  if (!first) return { ok: false, refusal: 'no_backups' };
  if (to !== 'latest' && to > now) return { ok: false, refusal: 'in_the_future' };
  const backup = backups.findLast(({ endedAt }) => to === 'latest' || endedAt <= to);
  return backup ? { ok: true, backup } : { ok: false, refusal: 'before_the_first', firstEndedAt: first.endedAt };
}
