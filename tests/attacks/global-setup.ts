import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { parseSigningRing } from '@soc/identity';
import type { TestProject } from 'vitest/node';
import { startSharedFleet } from '../support/start-shared-fleet.ts';
import { unlimitedGateway } from '../support/unlimited-gateway.ts';
import './provided.ts';

/** Starts the fleet that is attacked, without limits (floods have a gateway of their own), once for all files of this folder, and stops it after the last. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { fleet, stop } = await startSharedFleet('attacks', {
    hasReplica: false,
    // Channels of the tests lead to a closed port of this machine, never to the internet.
    env: { gateway: unlimitedGateway, notification: { NOTIFICATION_ALLOW_PRIVATE: 'true' } },
  });
  const secret = (name: string): string => readFileSync(join(fleet.dataDirectory, 'secrets', name), 'utf8');
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
    logsDirectory: join(fleet.dataDirectory, 'logs'),
  });
  return stop;
}
