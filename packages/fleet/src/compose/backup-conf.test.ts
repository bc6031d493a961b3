import { expect, test } from 'vitest';
import { composeBackupFiles } from './backup-conf.ts';

const cipherPass = 'x'.repeat(48);

test('backups are asked of every server there is, each by its own data directory, port and socket', () => {
  const both = composeBackupFiles({ cipherPass, hasReplica: true })['pgbackrest.conf'];
  expect(both).toContain('[soc]\npg1-path=/var/lib/postgresql/postgres-master/data\npg1-port=5432\n');
  expect(both).toContain('pg2-path=/var/lib/postgresql/postgres-slave/data\npg2-port=5433\n');
  expect(composeBackupFiles({ cipherPass, hasReplica: false })['pgbackrest.conf']).not.toContain('pg2-');
});

test('what archives the log has the same repository and key, and names no server', () => {
  const { 'pgbackrest-archive.conf': archive, 'pgbackrest.conf': whole } = composeBackupFiles({
    cipherPass,
    hasReplica: true,
  });
  expect(whole.startsWith(archive.trimEnd())).toBe(true);
  expect(archive).toContain(`repo1-cipher-pass=${cipherPass}`);
  expect(archive).not.toContain('pg1-');
});
