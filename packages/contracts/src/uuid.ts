import { getRandomValues } from 'node:crypto';

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = new Uint8Array(10 * 256);
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    getRandomValues(pool);
    used = 0;
  }
  used += 10;
  return pool.subarray(used - 10, used);
}

/** A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits. Random bytes are drawn 256 ids at a time. */
export function uuidv7(unixMs: number): string {
  const random = randomBytes();
  // The view holds exactly ten bytes, so every index below exists.
  const at = (index: number): number => random[index] as number;
  const byte = (value: number): string => hex[value] as string;
  const time = Math.floor(unixMs).toString(16).padStart(12, '0');
  const version = byte(0x70 | (at(0) & 0x0f));
  const variant = byte(0x80 | (at(2) & 0x3f));
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-${version}${byte(at(1))}-${variant}${byte(at(3))}-` +
    `${byte(at(4))}${byte(at(5))}${byte(at(6))}${byte(at(7))}${byte(at(8))}${byte(at(9))}`
  );
}
