import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { newSigningKey } from '../secrets/token-keys.ts';
import { createTestIdentities } from './test-tokens.ts';

/** What the gateway of a fleet would send a service for an administrator, for a test that asks one instance past it. */
export async function tokenPastGateway(dataDirectory: string, service: ServiceName): Promise<string> {
  const gateway = await readFile(join(dataDirectory, 'secrets', 'gateway-signing-key.pem'), 'utf8');
  // Services take no token of auth for a person, so that any key will do for those.
  const keyPems = { auth: await newSigningKey(), gateway };
  return createTestIdentities(service, keyPems).tokens.admin;
}
