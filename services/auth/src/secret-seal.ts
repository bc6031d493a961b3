import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** Seals secrets for the database with AES-256-GCM. */
export interface SecretSeal {
  /** `owner` is bound to the result: what is moved to another row does not open there. */
  readonly seal: (secret: Buffer, owner: string) => string;
  /** Throws when it was sealed for another owner or under a key that is not known, or was changed. */
  readonly open: (sealed: string, owner: string) => Buffer;
}

const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

interface Key {
  readonly id: string;
  readonly key: KeyObject;
}

function readKey(line: string): Key {
  const bytes = Buffer.from(line, 'base64');
  if (bytes.length !== KEY_BYTES) throw new Error('a key that seals must be 32 bytes in base64');
  // Eight digits of a hash tell keys apart and nothing about them.
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), key: createSecretKey(bytes) };
}

/**
 * `keyFile` is the text of a file with a key a line, each 32 bytes in base64. The first one seals; all of them open, so that
 * a new key is put first and the old ones stay until nothing is sealed under them. Throws for a text without a key.
 */
export function createSecretSeal(keyFile: string): SecretSeal {
  const keys = keyFile.split(/\s+/).filter(Boolean).map(readKey);
  const [sealing] = keys;
  if (!sealing) throw new Error('there is no key to seal with');
  return {
    seal: (secret, owner) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing.key, iv).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${sealing.id}.${sealed.toString('base64url')}`;
    },
    open: (sealed, owner) => {
      const [version, id, text = ''] = sealed.split('.');
      const found = keys.find((key) => key.id === id);
      if (version !== VERSION || !found) throw new Error('a secret is sealed under a key that is not in the key file');
      const bytes = Buffer.from(text, 'base64url');
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    },
  };
}
