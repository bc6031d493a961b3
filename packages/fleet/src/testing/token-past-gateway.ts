import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { createTestIdentities } from './test-tokens.ts';

/** What the gateway of a fleet would send a service for an administrator, for a test that asks one instance past it. */
export async function tokenPastGateway(dataDirectory: string, service: ServiceName): Promise<string> {
  const read = (name: string): Promise<string> => readFile(join(dataDirectory, 'secrets', name), 'utf8');
  const keyPems = { auth: await read('auth-signing-key.pem'), gateway: await read('gateway-signing-key.pem') };
  return createTestIdentities(service, keyPems).tokens.admin;
}
