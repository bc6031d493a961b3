import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';

/** Seals credentials for the database with AES-256-GCM. */
export interface SecretBox {
  /** `owner` is bound to the result: sealed text moved to another row does not open there. */
  readonly seal: (secret: string, owner: string) => string;
  /** Throws when the text was sealed for another owner, under another key, or was changed. */
  readonly open: (sealed: string, owner: string) => string;
}

const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `key` is 32 bytes in base64. */
export function createSecretBox(key: string): SecretBox {
  const secretKey = createSecretKey(key, 'base64');
  return {
    seal: (secret, owner) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secretKey, iv).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${sealed.toString('base64url')}`;
    },
    open: (sealed, owner) => {
      const [version, text = ''] = sealed.split('.');
      if (version !== VERSION) throw new Error('a credential is sealed in a way this version does not know');
      const bytes = Buffer.from(text, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', secretKey, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString();
    },
  };
}
