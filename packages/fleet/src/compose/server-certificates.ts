import type { IssuedCertificate } from '../tls/certificate-authority.ts';
import { keepAuthority, keepServerCertificate } from '../tls/kept-certificates.ts';

/** Certificates of the data servers of a set-up, of the authority of its folder. */
export interface ServerCertificates {
  readonly postgres: IssuedCertificate;
  readonly redis: IssuedCertificate;
}

/** Names by which each is reached. */
export type ServerHosts = Readonly<Record<keyof ServerCertificates, readonly string[]>>;

/** Makes them, and the authority, in a folder of secrets. */
export async function issueCertificates(directory: string, hosts: ServerHosts): Promise<ServerCertificates> {
  const now = new Date();
  const authority = await keepAuthority(directory, now);
  const issue = (commonName: string, names: readonly string[]) =>
    keepServerCertificate(directory, authority, { commonName, hosts: [...names, 'localhost', '127.0.0.1'], now });
  return { postgres: await issue('postgres-cluster', hosts.postgres), redis: await issue('redis', hosts.redis) };
}
