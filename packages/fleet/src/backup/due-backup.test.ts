import { expect, test } from 'vitest';
import type { Backup } from './backup-list.ts';
import { dueBackup } from './due-backup.ts';

const HOUR_MS = 3_600_000;
const now = new Date(Date.UTC(2026, 0, 20));
const made = (type: Backup['type'], hoursAgo: number): Backup => {
  const startedAt = new Date(now.getTime() - hoursAgo * HOUR_MS);
  return { label: type, type, startedAt, endedAt: startedAt, sizeBytes: 1, storedBytes: 1, hasErrors: false };
};

test.each([
  ['a full one where there is none', [], 'full'],
  ['a full one a week after the last, however new an incremental one is', [made('full', 168), made('incr', 1)], 'full'],
  ['an incremental one a day after a full one', [made('full', 24)], 'incr'],
  ['an incremental one a day after the last', [made('full', 100), made('incr', 24)], 'incr'],
  ['none before', [made('full', 100), made('incr', 23)], undefined],
] as const)('due is %s', (_, backups, due) => {
  expect(dueBackup(backups, now)).toBe(due);
});
