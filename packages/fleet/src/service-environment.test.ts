import { ServiceName } from '@soc/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layOut } from './layout.ts';
import { type FleetSecrets, keepFleetSecrets } from './secrets/fleet-secrets.ts';
import { environmentOf, type EnvironmentOptions } from './service-environment.ts';
import { makeTemporaryDirectory } from './testing/temporary-directory.ts';

const layout = layOut({ portBase: 8000, scale: { alert: 2 } });
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let secrets: FleetSecrets;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('environment');
  secrets = await keepFleetSecrets(directory.path, {});
});
afterAll(() => directory[Symbol.asyncDispose]());

function environment(name: string, given: Partial<EnvironmentOptions> = {}): Readonly<Record<string, string>> {
  const instance = layout.instances.find((each) => each.name === name);
  if (!instance) throw new Error(`no ${name}`);
  return environmentOf(instance, {
    layout,
    secrets,
    dataDirectory: '/data',
    redisUrl: (service) => `redis://soc_${service}:${secrets.redisServicePasswords[service]}@127.0.0.1:8092`,
    logLevel: 'info',
    inherited: {},
    overrides: {},
    databaseUrl: (service) => `postgres://soc_${service}:${secrets.postgres.services[service]}@127.0.0.1:8090/soc`,
    replicaUrl: () => undefined,
    ...given,
  });
}

test.each(ServiceName.options)('%s knows no secret of another service, and only auth the administrator', (service) => {
  const text = JSON.stringify(environment(service, { inherited: { SOC_ADMIN_PASSWORD: secrets.admin.password } }));
  for (const other of ServiceName.options.filter((name) => name !== service)) {
    expect(text).not.toContain(secrets.serviceSecrets[other]);
    expect(text).not.toContain(secrets.postgres.services[other]);
    expect(text).not.toContain(secrets.redisServicePasswords[other]);
  }
  expect(text.includes(secrets.admin.password)).toBe(service === 'auth');
});

test('the gateway knows every instance of every service', () => {
  const env = environment('gateway');
  expect(env['UPSTREAM_ALERT']).toBe('http://127.0.0.1:8002,http://127.0.0.1:8102');
  expect(Object.keys(env).filter((name) => name.startsWith('UPSTREAM_'))).toHaveLength(8);
});

test('the fleet’s own settings win over the machine’s, and those of a single service over all', () => {
  const given = {
    inherited: { PORT: '80', TZ: 'UTC' },
    overrides: { alert: { DEDUP_WINDOW_S: '5', LOG_LEVEL: 'debug' } },
  };
  expect(environment('alert-1', given)).toMatchObject({
    PORT: '8102',
    TZ: 'UTC',
    DEDUP_WINDOW_S: '5',
    LOG_LEVEL: 'debug',
  });
  expect(environment('ai', given)).toMatchObject({ PORT: '8003', LOG_LEVEL: 'info' });
});
