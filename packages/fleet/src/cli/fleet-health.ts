import { join } from 'node:path';
import { z } from 'zod';
import { keepFleetSecrets } from '../secrets/fleet-secrets.ts';

const Health = z.object({ status: z.enum(['ok', 'degraded', 'down']) });
const Login = z.object({ accessToken: z.string() });

const TIMEOUT_MS = 5_000;

/** What the gateway says of the whole fleet, asked as its first administrator. Throws when it does not answer. */
export async function askFleetHealth(
  gatewayUrl: string,
  dataDirectory: string,
): Promise<z.infer<typeof Health>['status']> {
  const { admin } = await keepFleetSecrets(join(dataDirectory, 'secrets'), {});
  const login = await fetch(`${gatewayUrl}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const token = login.ok ? Login.parse(await login.json()).accessToken : '';
  const answer = await fetch(`${gatewayUrl}/services/health`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.status === 401) throw new Error("the administrator's password is no longer that of the first start");
  return Health.parse(await answer.json()).status;
}
