import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { initCommand } from './init.ts';
import { runCommand } from './run-command.fixture.ts';

async function makeDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('init');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return directory.path;
}

/** Runs `soc init` in a folder, with switches in the environment. */
async function init(directory: string, profile = 'core', switches: Readonly<Record<string, string>> = {}) {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries(switches)) vi.stubEnv(name, value);
  const { text } = await runCommand(initCommand, [], { directory, profile });
  const env = parseEnv(await readFile(join(directory, '.env'), 'utf8'));
  const files = join(directory, '.soc/compose');
  return { text, parts: env['COMPOSE_PROFILES']?.split(','), files, settings: join(files, 'services.env') };
}

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

test('what must stay secret is behind a folder that only its owner enters, and keys that no container needs are their owner’s alone', async () => {
  const directory = await makeDirectory();
  const { files } = await init(directory);
  expect(await modeOf(join(directory, '.env'))).toBe('600');
  expect(await modeOf(files)).toBe('700');
  for (const name of await readdir(join(files, 'secrets'))) {
    expect([name, await modeOf(join(files, 'secrets', name))]).toEqual([name, '600']);
  }
  // Read by containers that run as users of their own.
  for (const name of await readdir(join(files, 'mounted'))) {
    expect([name, await modeOf(join(files, 'mounted', name))]).toEqual([name, '444']);
  }
  expect(await readdir(join(files, 'mounted'))).not.toContain('authority.json');
});

test('it never overwrites, not even when a file alone is left', async () => {
  const directory = await makeDirectory();
  const { files } = await init(directory);
  const before = await readFile(join(files, 'secrets/redis-password'), 'utf8');
  await expect(init(directory)).rejects.toThrow('.env is there already and is not overwritten');
  expect(await readFile(join(files, 'secrets/redis-password'), 'utf8')).toBe(before);
});

test('two fleets share no secret, and the one of the administrator is told once', async () => {
  const [one, other] = [await makeDirectory(), await makeDirectory()];
  const { text, files } = await init(one);
  const { files: otherFiles } = await init(other);
  const admin = JSON.parse(await readFile(join(files, 'secrets/admin.json'), 'utf8')) as { password: string }; // as written
  expect(text).toContain(admin.password);
  for (const name of await readdir(join(files, 'mounted'))) {
    // Empty until the running SOC has made a key for it.
    if (name === 'alertmanager-api-key') continue;
    const texts = await Promise.all([files, otherFiles].map((each) => readFile(join(each, 'mounted', name), 'utf8')));
    expect([name, texts[0] === texts[1]]).toEqual([name, false]);
  }
});

test.each([
  ['core', {}, ['data', 'replica', 'services', 'gateway']],
  ['demo', {}, ['data', 'replica', 'services', 'gateway', 'mail']],
  ['full', {}, ['data', 'replica', 'services', 'gateway', 'stores', 'monitoring']],
  ['full', { MONITORING_ENABLED: 'false' }, ['data', 'replica', 'services', 'gateway', 'stores']],
  ['core', { MONITORING_ENABLED: 'true' }, ['data', 'replica', 'services', 'gateway', 'monitoring']],
  ['core', { POSTGRES_CLUSTERING_ENABLED: 'false' }, ['data', 'services', 'gateway']],
  ['core', { API_GATEWAY_ENABLED: 'false' }, ['data', 'replica', 'services']],
  ['core', { MICROSERVICES_ENABLED: 'false' }, ['data', 'replica']],
])('of profile %s with %o run %o', async (profile, switches, parts) => {
  expect((await init(await makeDirectory(), profile, switches)).parts).toEqual(parts);
});

test('services are told of a replica, and storage of other stores, only where they run', async () => {
  const alert = (files: string) => readFile(join(files, 'mounted/alert.env'), 'utf8').then(parseEnv);
  const core = await init(await makeDirectory(), 'core', { POSTGRES_CLUSTERING_ENABLED: 'false' });
  expect((await alert(core.files))['DATABASE_REPLICA_URLS']).toBe('');
  expect(await readFile(core.settings, 'utf8')).not.toContain('EVIDENCE_STORE');
  vi.unstubAllEnvs();
  const full = await init(await makeDirectory(), 'full');
  expect((await alert(full.files))['DATABASE_REPLICA_URLS']).toContain('@postgres-slave:5433/soc');
  expect(await readFile(full.settings, 'utf8')).toContain('EVIDENCE_STORE=s3');
});

test('a profile or a switch that cannot be leaves nothing behind', async () => {
  const directory = await makeDirectory();
  await expect(init(directory, 'large')).rejects.toThrow('--profile wants core, full, demo.');
  await expect(init(directory, 'core', { MESSAGING_ENABLED: 'false' })).rejects.toThrow('MESSAGING_ENABLED=false');
  expect(await readdir(directory)).toEqual([]);
});

test.each(['compose', 'kubernetes'])('for %s an administrator that cannot be leaves nothing behind', async (target) => {
  const directory = await makeDirectory();
  onTestFinished(() => void vi.unstubAllEnvs());
  const options = { directory, for: target, postgres: 'pg-1:5432', redis: 'redis:6379' };
  vi.stubEnv('SOC_ADMIN_PASSWORD', 'short');
  await expect(runCommand(initCommand, [], options)).rejects.toThrow('No administrator can be made: password');
  expect(await readdir(directory)).toEqual([]);
  vi.stubEnv('SOC_ADMIN_PASSWORD', 'one-that-is-long-enough');
  expect((await runCommand(initCommand, [], options)).text).toContain('one-that-is-long-enough');
});

test('for Kubernetes it writes what pods are given apart from what servers are, with the servers that are named', async () => {
  const directory = await makeDirectory();
  const options = { directory, for: 'kubernetes', postgres: 'pg-1:5432,pg-2:5432', redis: 'redis.example.com:6380' };
  const { text } = await runCommand(initCommand, [], options);
  const at = join(directory, '.soc/kubernetes');
  expect(text).toContain(`--from-file=${join(at, 'mounted')}`);
  expect(await modeOf(at)).toBe('700');
  const env = parseEnv(await readFile(join(at, 'mounted/alert.env'), 'utf8'));
  expect(new URL(env['DATABASE_URL'] ?? '')).toMatchObject({ host: 'pg-1:5432', search: '?sslmode=verify-full' });
  expect(env['DATABASE_REPLICA_URLS']).toContain('@pg-2:5432/soc?');
  expect(env['REDIS_URL']).toMatch(/^rediss:\/\/soc_alert:[^@]+@redis\.example\.com:6380$/);
  const given = await readdir(join(at, 'mounted'));
  expect(given.filter((name) => /(?:redis|postgres)-(?!passwords)/.test(name))).toEqual([]);
  const certificate = new X509Certificate(await readFile(join(at, 'servers/redis-certificate.pem')));
  expect(certificate.checkHost('redis.example.com')).toBe('redis.example.com');
});

test.each([
  [{}, 'Say --postgres'],
  [{ postgres: 'pg-1', redis: 'redis:6379' }, '--postgres wants host:port, not pg-1.'],
  [{ postgres: 'pg-1:5432', redis: 'rediss://redis' }, '--redis wants host:port, not rediss://redis.'],
  [{ for: 'swarm' }, '--for wants compose or kubernetes, not swarm.'],
])('for Kubernetes with %o it says what is missing and leaves nothing behind', async (options, said) => {
  const directory = await makeDirectory();
  await expect(runCommand(initCommand, [], { directory, for: 'kubernetes', ...options })).rejects.toThrow(said);
  expect(await readdir(directory)).toEqual([]);
});
