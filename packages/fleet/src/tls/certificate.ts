import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP, SocketAddress } from 'node:net';
import {
  bitString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
  yes,
} from './der.ts';

/** What a certificate says. RFC 5280, section 4. */
export interface CertificateContent {
  readonly commonName: string;
  /** Host names and IP addresses. */
  readonly hosts: readonly string[];
  readonly publicKey: KeyObject;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly isAuthority: boolean;
}

/** Who vouches for it. */
export interface Issuer {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** ECDSA. */
  readonly privateKey: KeyObject;
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const SIGNATURE_ALGORITHM = sequence(objectIdentifier(OID.ecdsaWithSha256));

/** Signs a certificate, version 3, and returns it as PEM. */
export function signCertificate(content: CertificateContent, issuer: Issuer): string {
  const toBeSigned = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    SIGNATURE_ALGORITHM,
    nameOf(issuer.commonName),
    sequence(time(content.validFrom), time(content.validUntil)),
    nameOf(content.commonName),
    content.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensionsOf(content, issuer))),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  const der = sequence(toBeSigned, SIGNATURE_ALGORITHM, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const nameOf = (commonName: string): Buffer =>
  sequence(set(sequence(objectIdentifier(OID.commonName), utf8String(commonName))));

function extensionsOf({ isAuthority, hosts, publicKey }: CertificateContent, issuer: Issuer): readonly Buffer[] {
  return [
    critical(OID.basicConstraints, sequence(...(isAuthority ? [yes()] : []))),
    // Bits from the left: an authority signs certificates and revocations (5, 6), others sign handshakes (0).
    critical(OID.keyUsage, isAuthority ? bitString(Buffer.from([0x06]), 1) : bitString(Buffer.from([0x80]), 7)),
    extension(OID.subjectKeyIdentifier, octetString(identifierOf(publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(tagged(0x80, identifierOf(issuer.publicKey)))),
    ...(isAuthority
      ? []
      : [
          extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth), objectIdentifier(OID.clientAuth))),
        ]),
    ...(hosts.length > 0 ? [extension(OID.subjectAltName, sequence(...hosts.map(alternativeName)))] : []),
  ];
}

const extension = (oid: string, value: Buffer): Buffer => sequence(objectIdentifier(oid), octetString(value));
const critical = (oid: string, value: Buffer): Buffer => sequence(objectIdentifier(oid), yes(), octetString(value));

/** Any digest of the key will do: it only tells keys apart. */
const identifierOf = (publicKey: KeyObject): Buffer =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);

const alternativeName = (host: string): Buffer =>
  isIP(host) === 0 ? tagged(0x82, Buffer.from(host, 'ascii')) : tagged(0x87, addressBytes(host));

/** Four bytes, or sixteen. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = new SocketAddress({ address, family: 'ipv6' }).address.split('::');
  const groups = (text: string): readonly string[] => text.split(':').filter(Boolean);
  const [left, right] = [groups(head), groups(tail ?? '')];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
