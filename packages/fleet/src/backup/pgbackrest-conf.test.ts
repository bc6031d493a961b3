import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { archiveCommand, pgbackrestConf } from './pgbackrest-conf.ts';

const run = promisify(execFile);
const rest = { cipherPass: 'p'.repeat(32), fullsKept: 4, dataDirectory: '/d', port: 5432, user: 'u', directory: '/w' };

test('whatever a folder is called, the shell calls the program in it, with the path that PostgreSQL puts in', async () => {
  const command = archiveCommand('/bin/echo', `/it's 100%p/a "b" $HOME/pgbackrest.conf`);
  // As PostgreSQL replaces: %p by the path, %% by a percent sign.
  const filled = command.replaceAll(/%(.)/g, (_, letter: string) => (letter === 'p' ? 'pg_wal/1' : letter));
  const { stdout } = await run('/bin/sh', ['-c', filled]);
  expect(stdout).toBe(`--config=/it's 100%p/a "b" $HOME/pgbackrest.conf --stanza=soc archive-push pg_wal/1\n`);
});

test('every repository is encrypted, wherever it is', () => {
  const s3 = {
    kind: 's3',
    bucket: 'b',
    path: '/p',
    endpoint: 'e',
    region: 'r',
    key: 'k',
    keySecret: 's',
    uriStyle: 'path',
  } as const;
  for (const repository of [{ kind: 'folder', path: '/r' } as const, s3]) {
    const conf = pgbackrestConf({ ...rest, repository });
    expect(conf).toContain('\nrepo1-cipher-type=aes-256-cbc\n');
    expect(conf).toContain(`\nrepo1-cipher-pass=${rest.cipherPass}\n`);
    expect(conf).toContain('\nrepo1-retention-full=4\n');
  }
});
