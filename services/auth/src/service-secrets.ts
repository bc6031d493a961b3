import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ServiceName } from '@soc/contracts';
import { z } from 'zod';

const Secrets = z.partialRecord(ServiceName, z.string().min(16));

/** Whose secret it is: the name, when the service is known and the secret is its own. */
export type ServiceAuthenticator = (serviceName: string, secret: string) => ServiceName | undefined;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, by hashes, since `timingSafeEqual` demands equal lengths. An unknown name compares as well. */
export function createServiceAuthenticator(
  secrets: Readonly<Partial<Record<ServiceName, string>>>,
): ServiceAuthenticator {
  const digests = new Map(Object.entries(secrets).map(([name, secret]) => [name, digest(secret)]));
  const nobodys = Buffer.alloc(32);
  return (serviceName, secret) => {
    const known = ServiceName.safeParse(serviceName);
    const expected = digests.get(serviceName) ?? nobodys;
    return timingSafeEqual(digest(secret), expected) && known.success ? known.data : undefined;
  };
}

/** Reads the secrets file. Throws when it is missing, no JSON, names an unknown service or a secret shorter than 16. */
export async function readServiceSecrets(file: string): Promise<Readonly<Partial<Record<ServiceName, string>>>> {
  const parsed = Secrets.safeParse(JSON.parse(await readFile(file, 'utf8')));
  // Only the names of fields are told: the values are secrets.
  if (!parsed.success) {
    throw new Error(`${file}: ${parsed.error.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join('; ')}`);
  }
  return parsed.data;
}
