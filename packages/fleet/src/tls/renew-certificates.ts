import { X509Certificate } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.ts';
import { handOut, isHandedOut } from '../secrets/handed-out.ts';
import { replaceSecret } from '../secrets/secret-file.ts';
import {
  createCertificateAuthority,
  type IssuedCertificate,
  openCertificateAuthority,
} from './certificate-authority.ts';
import { AUTHORITY, keepAuthority, NEXT_AUTHORITY, readKept } from './kept-certificates.ts';

/** Servers of a set-up of `soc init`: what their certificate is called where it is kept, and where it is handed out. */
const SERVERS = [
  { kept: 'certificate-postgres-cluster.json', handedOut: 'postgres' },
  { kept: 'certificate-redis.json', handedOut: 'redis' },
] as const;

/** What a certificate is for, and until when. */
export interface CertificateTerm {
  readonly name: string;
  readonly validUntil: Date;
  /** Whether the next authority has issued it, or is it. */
  readonly isOfNext: boolean;
}

/** Certificates of a set-up and their authorities. Throws `OperatorError` for a folder that `soc init` did not make. */
export async function certificateTerms(dataDirectory: string): Promise<readonly CertificateTerm[]> {
  const { secrets, authority, next } = await openSetUp(dataDirectory);
  const term = (name: string, text: string, isOfNext: boolean): CertificateTerm => ({
    name,
    validUntil: new X509Certificate(text).validToDate,
    isOfNext,
  });
  const servers = SERVERS.map(async ({ kept, handedOut }) => {
    const { certificate } = await readServer(secrets, kept);
    return term(handedOut, certificate, next !== undefined && isIssuedBy(certificate, next));
  });
  return [
    term('authority', authority.certificate, false),
    ...(next ? [term('next authority', next.certificate, true)] : []),
    ...(await Promise.all(servers)),
  ];
}

/** New certificates and keys for the servers, by the next authority where there is one; for the names they have. */
export async function renewCertificates(dataDirectory: string, now: Date): Promise<void> {
  const { secrets, authority, next } = await openSetUp(dataDirectory);
  const issuer = openCertificateAuthority(next ?? authority);
  for (const { kept, handedOut } of SERVERS) {
    const present = new X509Certificate((await readServer(secrets, kept)).certificate);
    const hosts = [...(present.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(
      ([, host = '']) => host,
    );
    const commonName = /^CN=(.*)$/m.exec(present.subject)?.[1] ?? handedOut;
    const issued = issuer.issue({ commonName, hosts, now });
    await replaceSecret(join(secrets, kept), JSON.stringify(issued));
    await handOut(dataDirectory, `${handedOut}-certificate.pem`, issued.certificate);
    await handOut(dataDirectory, `${handedOut}-key.pem`, issued.key);
  }
}

/** A next authority, which is trusted beside the present one from now on. Throws `OperatorError` where there is one. */
export async function addAuthority(dataDirectory: string, now: Date): Promise<void> {
  const { secrets, next } = await openSetUp(dataDirectory);
  if (next) {
    throw new OperatorError('There is a next authority already: renew the certificates, then retire the old one.');
  }
  const { certificate, key } = createCertificateAuthority('SOC Agent fleet', now);
  await replaceSecret(join(secrets, NEXT_AUTHORITY), JSON.stringify({ certificate, key }));
  await handOutAuthorities(dataDirectory, now);
}

/** The next authority alone is trusted from now on. Throws `OperatorError` while a server has a certificate of the old one. */
export async function retireAuthority(dataDirectory: string, now: Date): Promise<void> {
  const { secrets, next } = await openSetUp(dataDirectory);
  if (!next) throw new OperatorError('There is no next authority: make one first.');
  for (const { kept, handedOut } of SERVERS) {
    if (isIssuedBy((await readServer(secrets, kept)).certificate, next)) continue;
    throw new OperatorError(`The certificate of ${handedOut} is of the old authority: renew the certificates first.`);
  }
  await replaceSecret(join(secrets, AUTHORITY), JSON.stringify(next));
  await rm(join(secrets, NEXT_AUTHORITY));
  await handOutAuthorities(dataDirectory, now);
}

async function handOutAuthorities(dataDirectory: string, now: Date): Promise<void> {
  const { certificateFile } = await keepAuthority(join(dataDirectory, 'secrets'), now);
  await handOut(dataDirectory, 'authority.pem', await readFile(certificateFile, 'utf8'));
}

async function openSetUp(dataDirectory: string) {
  if (!(await isHandedOut(dataDirectory))) {
    throw new OperatorError(`${dataDirectory} is none of soc init; npm start renews its certificates by itself.`);
  }
  const secrets = join(dataDirectory, 'secrets');
  const authority = await readKept(join(secrets, AUTHORITY));
  if (!authority) throw new OperatorError(`There is no authority in ${secrets}.`);
  return { secrets, authority, next: await readKept(join(secrets, NEXT_AUTHORITY)) };
}

async function readServer(secrets: string, name: string): Promise<IssuedCertificate> {
  const kept = await readKept(join(secrets, name));
  if (!kept) throw new OperatorError(`There is no ${name} in ${secrets}.`);
  return kept;
}

const isIssuedBy = (certificate: string, authority: IssuedCertificate): boolean =>
  new X509Certificate(certificate).verify(new X509Certificate(authority.certificate).publicKey);
