import { X509Certificate } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.ts';
import { copiesOf, handOut, isHandedOut } from '../secrets/handed-out.ts';
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

/** Names of what is handed out: the authorities to those who connect, and to each server its own. */
const TRUSTED = 'authority.pem';
const certificateOf = (server: string): string => `${server}-certificate.pem`;
const keyOf = (server: string): string => `${server}-key.pem`;

/** What a certificate is for, and until when. */
export interface CertificateTerm {
  readonly name: string;
  readonly validUntil: Date;
  /** Whether the next authority has issued it, or is it. */
  readonly isOfNext: boolean;
  /** Whether a step was broken off, and what is handed out is another still. */
  readonly isBrokenOff: boolean;
}

/** Certificates of a set-up and their authorities. Throws `OperatorError` for a folder that `soc init` did not make. */
export async function certificateTerms(dataDirectory: string): Promise<readonly CertificateTerm[]> {
  const { secrets, authority, next } = await openSetUp(dataDirectory);
  const term = ({ certificate }: IssuedCertificate, fields: Omit<CertificateTerm, 'validUntil'>): CertificateTerm => ({
    ...fields,
    validUntil: new X509Certificate(certificate).validToDate,
  });
  const terms = [term(authority, { name: 'authority', isOfNext: false, isBrokenOff: false })];
  if (next) {
    const isBrokenOff = isHalfRetired(authority, next) || !(await isTrusted(dataDirectory, next));
    terms.push(term(next, { name: 'next authority', isOfNext: true, isBrokenOff }));
  }
  for (const { kept, handedOut: name } of SERVERS) {
    const server = await readServer(secrets, kept);
    const isOfNext = next !== undefined && isIssuedBy(server.certificate, next);
    terms.push(term(server, { name, isOfNext, isBrokenOff: !(await isShown(dataDirectory, name, server)) }));
  }
  return terms;
}

/**
 * New certificates and keys for the servers, by the next authority where there is one; for the names they have. Throws
 * `OperatorError` while those who connect are not given the next authority.
 */
export async function renewCertificates(dataDirectory: string, now: Date): Promise<void> {
  const { secrets, authority, next } = await openSetUp(dataDirectory);
  if (next && !(await isTrusted(dataDirectory, next))) {
    throw new OperatorError('The next authority is not handed out: say soc certificates new-authority again.');
  }
  const issuer = openCertificateAuthority(next ?? authority);
  for (const { kept, handedOut } of SERVERS) {
    const present = new X509Certificate((await readServer(secrets, kept)).certificate);
    const hosts = [...(present.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(
      ([, host = '']) => host,
    );
    const commonName = /^CN=(.*)$/m.exec(present.subject)?.[1] ?? handedOut;
    const issued = issuer.issue({ commonName, hosts, now });
    await replaceSecret(join(secrets, kept), JSON.stringify(issued));
    await handOut(dataDirectory, certificateOf(handedOut), issued.certificate);
    await handOut(dataDirectory, keyOf(handedOut), issued.key);
  }
}

/**
 * A next authority, which is trusted beside the present one from now on. Said again after it was broken off, it hands out what
 * there is. Throws `OperatorError` where there is one and it is handed out.
 */
export async function addAuthority(dataDirectory: string, now: Date): Promise<void> {
  const { secrets, authority, next } = await openSetUp(dataDirectory);
  if (next && isHalfRetired(authority, next)) {
    throw new OperatorError('The old authority is not wholly retired: say soc certificates retire-authority again.');
  }
  if (!next) {
    const { certificate, key } = createCertificateAuthority('SOC Agent fleet', now);
    await replaceSecret(join(secrets, NEXT_AUTHORITY), JSON.stringify({ certificate, key }));
  }
  const wasMissing = await handOutAuthorities(dataDirectory, now);
  if (next && !wasMissing) {
    throw new OperatorError('There is a next authority already: renew the certificates, then retire the old one.');
  }
}

/**
 * The next authority alone is trusted from now on. Said again after it was broken off, it does the rest. Throws `OperatorError`
 * while a server has a certificate of the old one, or is not given the one it has.
 */
export async function retireAuthority(dataDirectory: string, now: Date): Promise<void> {
  const { secrets, next } = await openSetUp(dataDirectory);
  if (!next) throw new OperatorError('There is no next authority: make one first.');
  for (const { kept, handedOut } of SERVERS) {
    const server = await readServer(secrets, kept);
    const isOfNext = isIssuedBy(server.certificate, next);
    if (isOfNext && (await isShown(dataDirectory, handedOut, server))) continue;
    const fault = isOfNext ? 'not handed out' : 'of the old authority';
    throw new OperatorError(`The certificate of ${handedOut} is ${fault}: renew the certificates first.`);
  }
  await replaceSecret(join(secrets, AUTHORITY), JSON.stringify(next));
  await handOutAuthorities(dataDirectory, now);
  // At the end: while there is a next authority, the same step can be taken again.
  await rm(join(secrets, NEXT_AUTHORITY));
}

/** Tells whether those who connect were given others. */
async function handOutAuthorities(dataDirectory: string, now: Date): Promise<boolean> {
  const { certificateFile } = await keepAuthority(join(dataDirectory, 'secrets'), now);
  return handOut(dataDirectory, TRUSTED, await readFile(certificateFile, 'utf8'));
}

/** Whether those who connect are given the certificate of this authority. */
async function isTrusted(dataDirectory: string, { certificate }: IssuedCertificate): Promise<boolean> {
  return (await copiesOf(dataDirectory, TRUSTED)).every(({ text }) => text.includes(certificate));
}

/** Whether the next authority has taken the place of the old one, and is not known to have been handed out alone. */
const isHalfRetired = (authority: IssuedCertificate, next: IssuedCertificate): boolean =>
  authority.certificate === next.certificate;

/** Whether a server is given this certificate, and the key to it. */
async function isShown(dataDirectory: string, handedOut: string, server: IssuedCertificate): Promise<boolean> {
  const certificates = await copiesOf(dataDirectory, certificateOf(handedOut));
  const keys = await copiesOf(dataDirectory, keyOf(handedOut));
  return certificates.every(({ text }) => text === server.certificate) && keys.every(({ text }) => text === server.key);
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
