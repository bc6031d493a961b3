import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { startFleet, thisHost } from '@soc/fleet';
import { parseSigningRing } from '@soc/identity';
import type { TestProject } from 'vitest/node';
import { takeFreePorts } from '../../packages/fleet/src/testing/free-ports.ts';
import { makeTemporaryDirectory } from '../../packages/fleet/src/testing/temporary-directory.ts';
import { unlimitedGateway } from '../support/unlimited-gateway.ts';
import './provided.ts';

/** Ports of a fleet lie within this span of its base. */
const SPAN = 1_100;

/** Starts the fleet that is attacked, without limits (floods have a gateway of their own), once for all files of this folder, and stops it after the last. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await makeTemporaryDirectory('attacks');
  const [port] = await takeFreePorts(1);
  const fleet = await startFleet({
    host: thisHost(),
    dataDirectory: directory.path,
    portBase: Math.min(port, 65_535 - SPAN),
    isDurable: false,
    hasReplica: false,
    logLevel: 'warn',
    // Channels of the tests lead to a closed port of this machine, never to the internet.
    env: { gateway: unlimitedGateway, notification: { NOTIFICATION_ALLOW_PRIVATE: 'true' } },
  });
  const secret = (name: string): string => readFileSync(join(directory.path, 'secrets', name), 'utf8');
  const { keys, current } = parseSigningRing(secret('auth-signing-keys.json'));
  const urls = fleet.services().map(({ service, url }) => [service, url] as const);
  provide('attackedFleet', {
    gatewayUrl: fleet.gatewayUrl,
    // `fromEntries` forgets that the keys are exactly the services.
    urlOf: Object.fromEntries(urls) as Record<ServiceName, string>,
    admin: fleet.admin,
    authKeyPem: keys[current] ?? '',
    gatewayKeyPem: secret('gateway-signing-key.pem'),
    databaseUrl: fleet.postgres.adminUrl,
    logsDirectory: join(directory.path, 'logs'),
  });
  return async () => {
    await fleet.stop();
    await directory[Symbol.asyncDispose]();
  };
}
