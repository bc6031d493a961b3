import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@soc/db-cluster';
import { expect, onTestFinished, test } from 'vitest';
import { schemaSources } from '../schemas.ts';
import { startTestPostgres } from '../testing/start-test-postgres.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { databaseCommand } from './database.ts';
import { runCommand } from './run-command.fixture.ts';

async function makeDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('database');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return directory.path;
}

/** Runs `soc database prepare` and resolves with what it printed. */
const prepare = (dataDir: string, adminUrls: readonly string[], passwords?: string): Promise<string> =>
  runCommand(databaseCommand, ['prepare'], {
    'admin-url': adminUrls,
    ...(passwords === undefined ? { 'data-dir': dataDir } : { passwords }),
  }).then(({ text }) => text);

test('an own PostgreSQL that is prepared, once or again, lets every service migrate, and no password is told', async () => {
  const directory = await makeDirectory();
  await mkdir(join(directory, 'pg'), { mode: 0o711 });
  const server = await startTestPostgres(join(directory, 'pg'), false);
  onTestFinished(server.stop);
  const dataDir = join(directory, 'data');
  await prepare(dataDir, [server.url]);
  // As under compose: the servers of a cluster, of which one is away, and the passwords in a file.
  const passwords = join(dataDir, 'secrets/postgres-passwords.json');
  const printed = await prepare(dataDir, ['postgres://postgres@127.0.0.1:1/postgres', server.url], passwords);

  const text = await readFile(passwords, 'utf8');
  const { services } = JSON.parse(text) as { services: Record<string, string> }; // as the fleet writes it
  for (const { schema, directories } of schemaSources()) {
    const url = new URL(server.url);
    Object.assign(url, { username: `soc_${schema}`, password: services[schema], pathname: '/soc' });
    expect((await migrate({ url: url.href, schema, directories })).length).toBeGreaterThan(0);
    expect(printed).not.toContain(services[schema]);
  }
}, 120_000);

test('a server that does not answer is one sentence', async () => {
  const nowhere = prepare(join(await makeDirectory(), 'data'), ['postgres://postgres@127.0.0.1:1/postgres']);
  await expect(nowhere).rejects.toThrow('The database could not be prepared: connect ECONNREFUSED 127.0.0.1:1.');
});
