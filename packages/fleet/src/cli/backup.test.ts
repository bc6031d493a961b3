import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepBackupSettings } from '../backup/backup-settings.ts';
import { OperatorError } from '../operator-error.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { backupCommand } from './backup.ts';
import { restoreCommand } from './restore.ts';
import { runCommand } from './run-command.fixture.ts';

async function makeDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('backup-cli');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return directory.path;
}

test.for([
  [backupCommand, [], {}, 'Say soc backup now, list, verify or schedule.'],
  [backupCommand, ['now', 'then'], {}, 'Say soc backup now, list, verify or schedule.'],
  [backupCommand, ['now'], { type: 'some' }, '--type wants full or incr, not some.'],
  [
    backupCommand,
    ['list'],
    { 'data-dir': '/nowhere' },
    'There are no settings of backups in /nowhere/secrets/backup.json',
  ],
  [
    backupCommand,
    ['list'],
    { config: '/nowhere.conf' },
    'The configuration cannot be read from /nowhere.conf: ENOENT.',
  ],
  [backupCommand, ['schedule'], {}, 'Say soc backup schedule --config FILE --admin-url'],
  [restoreCommand, [], { target: '/tmp/x' }, '--to wants latest, or a moment with its zone'],
  [restoreCommand, [], { to: '2026-01-31T03:00:00', target: '/tmp/x' }, '--to wants latest, or a moment with its zone'],
  [
    restoreCommand,
    [],
    { to: '2026-13-31T03:00:00Z', target: '/tmp/x' },
    '--to wants latest, or a moment with its zone',
  ],
  [restoreCommand, [], { to: 'latest' }, 'Say where to: --target DIR'],
] as const)('what is missing or malformed is one sentence: %#', async ([command, positionals, options, sentence]) => {
  const run = () => runCommand(command, positionals, options);
  await expect(run).rejects.toThrow(OperatorError);
  await expect(run).rejects.toThrow(sentence);
});

test('settings that are not what was written are told, not replaced', async () => {
  const directory = await makeDirectory();
  await mkdir(join(directory, 'secrets'));
  const path = join(directory, 'secrets/backup.json');
  await writeFile(path, '{}');
  await expect(runCommand(backupCommand, ['list'], { 'data-dir': directory })).rejects.toThrow('take it from its copy');
  await expect(keepBackupSettings(join(directory, 'secrets'), '/mnt/backup', {})).rejects.toThrow('from its copy');
  expect(await readFile(path, 'utf8')).toBe('{}');
});

test('the key is made once, is nobody else’s to read, and stays when the place is changed or backups are turned off', async () => {
  const secrets = join(await makeDirectory(), 'secrets');
  expect(await keepBackupSettings(secrets, undefined, {})).toBeUndefined();
  expect(await keepBackupSettings(secrets, 'off', {})).toBeUndefined();
  const first = await keepBackupSettings(secrets, '/mnt/backup', {});
  expect((await stat(join(secrets, 'backup.json'))).mode & 0o777).toBe(0o600);
  const s3 = { BACKUP_S3_ENDPOINT: 'https://s3.example:9000', BACKUP_S3_KEY: 'a', BACKUP_S3_KEY_SECRET: 'b' };
  const moved = await keepBackupSettings(secrets, 's3://bucket/soc', s3);
  expect(moved).toMatchObject({
    cipherPass: first?.cipherPass,
    isOn: true,
    repository: { kind: 's3', bucket: 'bucket', path: '/soc', endpoint: 's3.example:9000', uriStyle: 'path' },
  });
  expect(await keepBackupSettings(secrets, 'off', {})).toEqual({ ...moved, isOn: false });
  expect(await keepBackupSettings(secrets, undefined, {})).toEqual({ ...moved, isOn: false });
});

test.each([
  ['a folder without its whole path', 'backup', {}, '--backup wants a folder with its whole path'],
  ['S3 without its keys', 's3://bucket', { BACKUP_S3_ENDPOINT: 'e' }, 'Backups in S3 need BACKUP_S3_KEY'],
])('%s is refused', async (_, asked, env, sentence) => {
  await expect(keepBackupSettings(join(await makeDirectory(), 'secrets'), asked, env)).rejects.toThrow(sentence);
});
