import type { TestProject } from 'vitest/node';
import { startSharedFleet } from '../support/start-shared-fleet.ts';
import './provided.ts';

/** Starts all services, with TLS demanded by the database, once for all files of this folder, and stops them after the last. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { fleet, stop } = await startSharedFleet('whole', { databaseTls: true });
  provide('wholeFleet', {
    gatewayUrl: fleet.gatewayUrl,
    dataDirectory: fleet.dataDirectory,
    admin: fleet.admin,
    alertUrl: fleet.services().find(({ service }) => service === 'alert')?.url ?? '',
    databaseUrl: fleet.postgres.adminUrl,
  });
  return stop;
}
