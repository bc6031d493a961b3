/** What one Argon2id hash costs (RFC 9106, section 3.1). */
export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface PasswordHash extends HashCost {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** Version 0x13, the only one RFC 9106 knows. */
const VERSION = 19;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{16,})$/;

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** A hash as a PHC string: `$argon2id$v=19$m=65536,t=3,p=4$salt$tag`. */
export const writePasswordHash = ({ memoryKib, passes, lanes, salt, tag }: PasswordHash): string =>
  `$argon2id$v=${VERSION}$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;

/** Reads a PHC string. Throws for anything but an Argon2id hash: only those are ever stored. */
export function readPasswordHash(text: string): PasswordHash {
  const [, memoryKib, passes, lanes, salt, tag] = PHC.exec(text) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('a stored password hash is not an Argon2id PHC string');
  return {
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** Whether a hash costs what hashes cost now; one that does not is renewed at the next login. */
export function costsTheSame(a: HashCost, b: HashCost): boolean {
  return a.memoryKib === b.memoryKib && a.passes === b.passes && a.lanes === b.lanes;
}
