import { readFile, stat } from 'node:fs/promises';
import {
  createTokenSigner,
  fixedKeySource,
  type KeySource,
  parseSigningRing,
  type PublicJwk,
  signingKeyIdOf,
  type SigningRingData,
  type TokenSigner,
} from '@soc/identity';
import type { Platform, Worker } from '@soc/service-kit';

/** The keys of the key file, which is read again when it changes: keys are rotated without a restart. */
export interface SigningKeys extends Worker {
  /** With the key that signs at this moment. */
  readonly sign: TokenSigner['sign'];
  /** The public keys, of those that do not sign yet or any more as well. */
  readonly published: () => readonly PublicJwk[];
  /** For verifying what this service signed itself. */
  readonly keys: KeySource;
}

/** The next key signs a minute after it was added: time for every replica to see it, and for whoever verifies to fetch it. */
const LOOK_EVERY_MS = 3_000;

interface Loaded {
  readonly ring: SigningRingData;
  readonly signers: ReadonlyMap<string, TokenSigner>;
  readonly keys: KeySource;
}

export interface SigningKeyOptions extends Pick<Platform<unknown>, 'log' | 'now'> {
  readonly file: string;
  readonly issuer: string;
  readonly audience: string;
}

/** Changes whenever the file is written to or another is moved into its place. */
const versionOf = async (file: string): Promise<string> => {
  const { mtimeMs, size, ino } = await stat(file);
  return `${mtimeMs} ${size} ${ino}`;
};

function load(text: string, { issuer, audience, now }: Pick<SigningKeyOptions, 'issuer' | 'audience' | 'now'>): Loaded {
  const ring = parseSigningRing(text);
  const options = { issuer, audience, nowMs: () => now().getTime() };
  const signers = new Map(
    Object.entries(ring.keys).map(([id, privateKeyPem]) => [id, createTokenSigner({ ...options, privateKeyPem })]),
  );
  if ([...signers.values()].some(({ jwk }) => jwk.kty !== 'RSA')) throw new Error('the signing keys must be RSA keys');
  return { ring, signers, keys: fixedKeySource({ keys: [...signers.values()].map(({ jwk }) => jwk) }) };
}

/** Throws when the file cannot be read at first, or does not fit; later that leaves the keys as they were. */
export async function openSigningKeys({ file, issuer, audience, log, now }: SigningKeyOptions): Promise<SigningKeys> {
  const names = { issuer, audience, now };
  let seen = await versionOf(file);
  let loaded = load(await readFile(file, 'utf8'), names);
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      const version = await versionOf(file);
      if (version === seen) return;
      loaded = load(await readFile(file, 'utf8'), names);
      seen = version;
      log.info({ keys: loaded.signers.size }, 'signing keys read again');
    } catch (error) {
      log.error({ err: error }, 'signing keys not read again, they stay as they were');
    }
  };

  return {
    sign: (...asked) => {
      const { ring, signers } = loaded;
      const signer = signers.get(signingKeyIdOf(ring, now().getTime()));
      // A ring is only read when the key that signs is in it.
      if (!signer) throw new Error('there is no key to sign with');
      return signer.sign(...asked);
    },
    published: () => [...loaded.signers.values()].map(({ jwk }) => jwk),
    keys: (kid) => loaded.keys(kid),
    start: () => {
      timer = setInterval(() => {
        looking = looking.then(look);
      }, LOOK_EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
