import { expect, test } from 'vitest';
import type { Backup } from './backup-list.ts';
import { chooseBackup } from './choose-backup.ts';

const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 1, hour));
const backup = (label: string, endedAt: Date): Backup => ({
  label,
  type: 'full',
  startedAt: endedAt,
  endedAt,
  sizeBytes: 1,
  storedBytes: 1,
  hasErrors: false,
});
const [first, second] = [backup('a', at(2)), backup('b', at(4))];

test.each([
  ['the newest for as far as there is', 'latest', second],
  ['the newest that had ended', at(5), second],
  ['one that ended at that very moment', at(4), second],
  ['not one that was still being made', new Date(at(4).getTime() - 1), first],
] as const)('a restore begins with %s', (_, to, chosen) => {
  expect(chooseBackup([first, second], to, at(9))).toEqual({ ok: true, backup: chosen });
});

test.each([
  ['before the first backup', at(1), { refusal: 'before_the_first', firstEndedAt: at(2) }],
  ['in the future', at(10), { refusal: 'in_the_future' }],
] as const)('a moment %s is refused', (_, to, refused) => {
  expect(chooseBackup([first, second], to, at(9))).toEqual({ ok: false, ...refused });
});

test('without a backup nothing is chosen', () => {
  expect(chooseBackup([], 'latest', at(9))).toEqual({ ok: false, refusal: 'no_backups' });
});
