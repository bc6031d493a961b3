import { join } from 'node:path';
import { ServiceName } from '@soc/contracts';
import { newKeyRing } from '@soc/messaging';
import type { TestProject } from 'vitest/node';
import { thisHost } from '../cli/host.ts';
import { preparePostgres } from '../postgres/installation.ts';
import { ensureRoles, roleOf } from '../postgres/roles-repository.ts';
import { startPrimary } from '../postgres/start-primary.ts';
import { findRedisServer } from '../redis/find-redis-server.ts';
import { installRedisServer } from '../redis/install-redis-server.ts';
import { startRedis } from '../redis/start-redis.ts';
import { newAuditSigningKey, newGatewaySigningKey, newSecretKey } from '../secrets/fleet-secrets.ts';
import { keepSecret } from '../secrets/secret-file.ts';
import { newSigningKey } from '../secrets/token-keys.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { together } from '../together.ts';
import { takeFreePorts } from './free-ports.ts';
import { startOnDemandServers } from './on-demand-servers.ts';
import { startInfluxdb } from './influxdb/start-influxdb.ts';
import { TEST_PASSWORD, TEST_REDIS_PREFIXES, testPasswords } from './provided.ts';
import { startS3Server } from './s3/start-s3-server.ts';
import { startSearchServer } from './search-server/start-search-server.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

/**
 * Starts one real PostgreSQL and one real Redis for a whole run of vitest, and stops them at its end, as it does servers that
 * only some tests ask for. Nothing is synced to disk: a crash of the machine ends the run anyway.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const host = thisHost();
  const directory = await makeTemporaryDirectory('tests');
  const [postgresPort, redisPort = 0] = await takeFreePorts(2);
  const shared = { host, isDurable: false, onEvent: () => undefined };
  const program = (await findRedisServer(host.env['PATH'] ?? '')) ?? (await installRedisServer(host, () => undefined));
  const signingKeyFile = join(directory.path, 'signing-key.pem');
  const auditSigningKeyFile = join(directory.path, 'audit-signing-key.pem');
  const gatewaySigningKeyFile = join(directory.path, 'gateway-signing-key.pem');
  const busKeyRingFile = join(directory.path, 'bus-key-ring.json');
  const mfaKeyFile = join(directory.path, 'mfa-keys');

  const [postgres, redis] = await together([
    startPrimary({
      ...shared,
      installation: await preparePostgres(join(directory.path, 'postgres'), host.uid === 0),
      port: postgresPort,
      superuserPassword: TEST_PASSWORD,
      log: openLogFile(join(directory.path, 'postgres.log')),
    }),
    startRedis({
      ...shared,
      program,
      directory: join(directory.path, 'redis'),
      port: redisPort,
      password: TEST_PASSWORD,
      servicePasswords: testPasswords,
      prefix: TEST_REDIS_PREFIXES,
      log: openLogFile(join(directory.path, 'redis.log')),
    }),
    keepSecret(signingKeyFile, newSigningKey),
    keepSecret(auditSigningKeyFile, newAuditSigningKey),
    keepSecret(gatewaySigningKeyFile, newGatewaySigningKey),
    keepSecret(busKeyRingFile, () => JSON.stringify(newKeyRing())),
    keepSecret(mfaKeyFile, newSecretKey),
  ]);
  await ensureRoles(
    postgres.adminUrl(),
    ServiceName.options.map((schema) => ({ schema, role: roleOf(schema), password: TEST_PASSWORD })),
  );
  const onDemand = await startOnDemandServers({
    'search-server': () => startSearchServer({ host }),
    s3: () => startS3Server({ host }),
    influxdb: () => startInfluxdb({ host }),
  });
  provide('onDemandUrl', onDemand.url);
  provide('postgresUrl', postgres.adminUrl());
  provide('redisUrl', redis.url);
  provide('signingKeyFile', signingKeyFile);
  provide('auditSigningKeyFile', auditSigningKeyFile);
  provide('gatewaySigningKeyFile', gatewaySigningKeyFile);
  provide('busKeyRingFile', busKeyRingFile);
  provide('mfaKeyFile', mfaKeyFile);
  return async () => {
    await together([postgres.process.stop(), redis.process.stop(), onDemand.stop()]);
    await directory[Symbol.asyncDispose]();
  };
}
