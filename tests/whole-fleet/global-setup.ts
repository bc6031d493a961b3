import { thisHost } from '@soc/fleet';
import { whyUnwatched } from '@soc/fleet/testing/prometheus';
import type { TestProject } from 'vitest/node';
import { startSharedFleet } from '../support/start-shared-fleet.ts';
import './provided.ts';

/**
 * Starts all services, with TLS demanded by the database, watched where what watches can be had, once for all files of this
 * folder, and stops them after the last.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const reason = await whyUnwatched(thisHost());
  if (reason !== undefined) process.stderr.write(`nobody watches the fleet: ${reason}\n`);
  const { fleet, stop } = await startSharedFleet('whole', {
    databaseTls: true,
    // So close that a few samples are there within seconds, so seldom that the others of this folder do not feel it.
    ...(reason === undefined && { monitoring: { scrapeIntervalS: 5 } }),
    env: { analytics: { ANALYTICS_SITUATION_EVERY_S: '5' } },
  });
  provide('wholeFleet', {
    gatewayUrl: fleet.gatewayUrl,
    dataDirectory: fleet.dataDirectory,
    admin: fleet.admin,
    alertUrl: fleet.services().find(({ service }) => service === 'alert')?.url ?? '',
    databaseUrl: fleet.postgres.adminUrl,
    monitoring: fleet.monitoring,
    serviceUrls: fleet.services().map(({ url }) => url),
  });
  return stop;
}
