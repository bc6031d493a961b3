import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { signCertificate } from './certificate.ts';

/** A certificate and its private key, as PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** Name of the holder: `redis`, or the role a client is known by. */
  readonly commonName: string;
  /** Host names and IP addresses a server is reached by; none for a client. */
  readonly hosts?: readonly string[];
  /** When it begins to be valid. */
  readonly now: Date;
  /** 825 when absent, the longest that clients accept of a server. */
  readonly validDays?: number;
}

/** Issues certificates for servers and clients; those who trust its own certificate accept them. */
export interface CertificateAuthority extends IssuedCertificate {
  readonly issue: (request: CertificateRequest) => IssuedCertificate;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Clocks of other machines may be behind. */
const BACKDATED_MS = 60 * 60 * 1000;
const SERVER_VALID_DAYS = 825;
const AUTHORITY_VALID_DAYS = 3_650;

/** A new authority with a key of its own (ECDSA P-256), valid for ten years. */
export function createCertificateAuthority(commonName: string, now: Date): CertificateAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const content = { commonName, hosts: [], publicKey, ...validity(now, AUTHORITY_VALID_DAYS), isAuthority: true };
  const certificate = signCertificate(content, { commonName, privateKey, publicKey });
  return openCertificateAuthority({ certificate, key: pemOf(privateKey) });
}

/** The authority that was made before and kept. Throws when the certificate and the key do not belong together. */
export function openCertificateAuthority(kept: IssuedCertificate): CertificateAuthority {
  const own = new X509Certificate(kept.certificate);
  const privateKey = createPrivateKey(kept.key);
  const publicKey = createPublicKey(privateKey);
  if (!own.checkPrivateKey(privateKey)) throw new Error('the key is not that of its certificate');
  const issuer = { commonName: /^CN=(.*)$/m.exec(own.subject)?.[1] ?? '', privateKey, publicKey };
  return {
    ...kept,
    issue: ({ commonName, hosts = [], now, validDays = SERVER_VALID_DAYS }) => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const content = { commonName, hosts, publicKey: pair.publicKey, ...validity(now, validDays), isAuthority: false };
      return { certificate: signCertificate(content, issuer), key: pemOf(pair.privateKey) };
    },
  };
}

const validity = (now: Date, days: number) => ({
  validFrom: new Date(now.getTime() - BACKDATED_MS),
  validUntil: new Date(now.getTime() + days * DAY_MS),
});

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
