import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ServiceName } from '@soc/contracts';
import { z } from 'zod';

/** A secret, or `sha256:` and its hash in hexadecimal: nothing that could be shown as a secret. */
const Secrets = z.partialRecord(ServiceName, z.string().min(16));

/** Whose secret it is: the name, when the service is known and the secret is its own. */
export type ServiceAuthenticator = (serviceName: string, secret: string) => ServiceName | undefined;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const HASHED = /^sha256:([0-9a-f]{64})$/;

/** A secret has many random bits, so a fast hash of it tells nothing. */
const storedDigest = (stored: string): Buffer => {
  const hash = HASHED.exec(stored)?.[1];
  return hash === undefined ? digest(stored) : Buffer.from(hash, 'hex');
};

/** Compares in constant time, by hashes, since `timingSafeEqual` demands equal lengths. An unknown name compares as well. */
export function createServiceAuthenticator(
  secrets: Readonly<Partial<Record<ServiceName, string>>>,
): ServiceAuthenticator {
  const digests = new Map(Object.entries(secrets).map(([name, secret]) => [name, storedDigest(secret)]));
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
