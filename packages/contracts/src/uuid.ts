import { getRandomValues } from 'node:crypto';

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = new Uint8Array(10 * 256);
let used = pool.length;

/** Where in the pool the next ten bytes are. */
function draw(): number {
  if (used === pool.length) {
    getRandomValues(pool);
    used = 0;
  }
  used += 10;
  return used - 10;
}

// Only ever asked for what `draw` gave, and one of 256 values.
const at = (index: number): number => pool[index] as number;
const byte = (value: number): string => hex[value] as string;

/** A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits. Random bytes are drawn 256 ids at a time. */
export function uuidv7(unixMs: number): string {
  const i = draw();
  const time = Math.floor(unixMs).toString(16).padStart(12, '0');
  const version = byte(0x70 | (at(i) & 0x0f));
  const variant = byte(0x80 | (at(i + 2) & 0x3f));
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-${version}${byte(at(i + 1))}-${variant}${byte(at(i + 3))}-` +
    `${byte(at(i + 4))}${byte(at(i + 5))}${byte(at(i + 6))}${byte(at(i + 7))}${byte(at(i + 8))}${byte(at(i + 9))}`
  );
}
