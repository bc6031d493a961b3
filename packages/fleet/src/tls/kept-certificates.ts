import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { keepSecret, replaceSecret } from '../secrets/secret-file.ts';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedCertificate,
  openCertificateAuthority,
} from './certificate-authority.ts';

const Kept = z.object({ certificate: z.string(), key: z.string() });

/** Of the authority, in a folder of secrets. */
export const AUTHORITY = 'authority.json';
/** Of the one that takes its place, while both are trusted. */
export const NEXT_AUTHORITY = 'authority-next.json';

/** A certificate that is kept with its key; undefined where there is none. */
export async function readKept(path: string): Promise<IssuedCertificate | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : Kept.parse(JSON.parse(text));
}

/** The authority of one fleet, and the PEM file of what shall be trusted: its certificate, and that of the next one. */
export interface KeptAuthority extends CertificateAuthority {
  readonly certificateFile: string;
}

/** A certificate is replaced at the first start within this time of its end. */
const RENEWED_BEFORE_MS = 60 * 24 * 60 * 60 * 1000;

/** The authority of a data directory's servers, made at the first start: certificate and key in one file, so that no kill parts them. */
export async function keepAuthority(directory: string, now: Date): Promise<KeptAuthority> {
  const create = (): string => {
    const { certificate, key } = createCertificateAuthority('SOC Agent fleet', now);
    return JSON.stringify({ certificate, key });
  };
  const kept = Kept.parse(JSON.parse(await keepSecret(join(directory, AUTHORITY), create)));
  const certificateFile = join(directory, 'authority.pem');
  const next = await readKept(join(directory, NEXT_AUTHORITY));
  // One and the same where the change from one to the other was broken off at its end.
  const trusted = new Set([kept.certificate, ...(next ? [next.certificate] : [])]);
  await replaceSecret(certificateFile, [...trusted].join('\n'));
  return { ...openCertificateAuthority(kept), certificateFile };
}

/**
 * The certificate of one server, made at the first start, and again when it nears its end, its hosts are others, or the
 * authority is.
 */
export async function keepServerCertificate(
  directory: string,
  authority: CertificateAuthority,
  server: { readonly commonName: string; readonly hosts: readonly string[]; readonly now: Date },
): Promise<IssuedCertificate> {
  const path = join(directory, `certificate-${server.commonName}.json`);
  const issue = (): string => JSON.stringify(authority.issue(server));
  const kept = Kept.parse(JSON.parse(await keepSecret(path, issue)));
  if (isFit(new X509Certificate(kept.certificate), authority, server)) return kept;
  const renewed = issue();
  await replaceSecret(path, renewed);
  return Kept.parse(JSON.parse(renewed));
}

function isFit(
  certificate: X509Certificate,
  authority: CertificateAuthority,
  { hosts, now }: { readonly hosts: readonly string[]; readonly now: Date },
): boolean {
  const named = (host: string): boolean =>
    (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
  return (
    certificate.verify(new X509Certificate(authority.certificate).publicKey) &&
    certificate.validToDate.getTime() - now.getTime() > RENEWED_BEFORE_MS &&
    hosts.every(named)
  );
}
