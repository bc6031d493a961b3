import { join } from 'node:path';
import { CreateApiKey } from '@soc/contracts/auth/api-keys';
import { FleetRefusal, logIn } from '../client/fleet-client.ts';
import type { AdminCredentials } from '../secrets/fleet-secrets.ts';
import { keepSecret } from '../secrets/secret-file.ts';

/** Of the key that Alertmanager posts alerts with, within the directory of secrets. */
export const ALERT_KEY_FILE = 'alertmanager-key';

/** The key; empty, with the reason, where none could be made. */
export type AlertKey = { readonly key: string } | { readonly key: ''; readonly why: string };

/**
 * The API key that lets Alertmanager bring alerts in and do nothing else: made by the administrator at the first start,
 * kept among the secrets. The administrator may have another password or a second factor by now; then nobody can make it here.
 */
export async function keepAlertKey(
  secretsDirectory: string,
  gatewayUrl: string,
  admin: AdminCredentials,
): Promise<AlertKey> {
  const create = async (): Promise<string> => {
    const client = await logIn(gatewayUrl, admin);
    const body = { name: 'Alertmanager of this fleet', permissions: ['alerts:ingest' as const] };
    return (await client.call(CreateApiKey, { body })).key;
  };
  try {
    return { key: await keepSecret(join(secretsDirectory, ALERT_KEY_FILE), create) };
  } catch (error) {
    if (!(error instanceof FleetRefusal)) throw error;
    return { key: '', why: error.message };
  }
}
