import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepFleetSecrets } from './fleet-secrets.ts';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'soc-secrets-'))));
afterAll(() => rm(directory, { recursive: true }));

test('secrets stay the same from start to start, and only their owner may read them', async () => {
  const secrets = join(directory, 'one');
  const first = await keepFleetSecrets(secrets, {});
  expect(await keepFleetSecrets(secrets, { password: 'too late, the account is there' })).toEqual(first);
  for (const name of await readdir(secrets)) {
    expect([name, (await stat(join(secrets, name))).mode & 0o777]).toEqual([name, 0o600]);
  }
  expect((await stat(secrets)).mode & 0o777).toBe(0o700);
});

test('the first administrator may be given, and no two secrets are alike', async () => {
  const secrets = await keepFleetSecrets(join(directory, 'two'), {
    email: 'ann@example.org',
    password: 'correct horse battery',
  });
  expect(secrets.admin).toEqual({ email: 'ann@example.org', password: 'correct horse battery' });
  const { superuser, replication, services } = secrets.postgres;
  const all = [
    superuser,
    replication,
    ...Object.values(services),
    ...Object.values(secrets.serviceSecrets),
    secrets.redisPassword,
    ...Object.values(secrets.redisServicePasswords),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test('a first administrator with a weak password is refused', async () => {
  const directoryOfThree = join(directory, 'three');
  await expect(keepFleetSecrets(directoryOfThree, { password: 'short' })).rejects.toThrow(
    'No administrator can be made',
  );
});
