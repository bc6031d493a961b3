/** Just enough of DER (ITU-T X.690) to write a certificate. Every function returns one encoded value. */

const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A value with any tag; for the context-specific ones of X.509. */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** Up to 127 in one byte, else the number of bytes that follow and those. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => tagged(TAGS.sequence, ...items);
export const set = (...items: readonly Uint8Array[]): Buffer => tagged(TAGS.set, ...items);
export const octetString = (bytes: Uint8Array): Buffer => tagged(TAGS.octetString, bytes);
export const utf8String = (text: string): Buffer => tagged(TAGS.utf8String, Buffer.from(text, 'utf8'));
export const yes = (): Buffer => tagged(TAGS.boolean, Buffer.from([0xff]));

/** A whole number that is not negative, big-endian. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  const isNegativeLooking = ((digits[0] ?? 0) & 0x80) !== 0;
  return tagged(TAGS.integer, ...(isNegativeLooking ? [Buffer.from([0]), digits] : [digits]));
}

/** `unusedBits` of the last byte are padding. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  tagged(TAGS.bitString, Buffer.from([unusedBits]), bytes);

/** Such as `2.5.29.17`: the first two numbers in one byte, the others in base 128. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(TAGS.objectIdentifier, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

const base128 = (number: number): readonly number[] =>
  number < 0x80 ? [number] : [...base128(number >> 7).map((digit) => digit | 0x80), number & 0x7f];

/** To the second, in UTC; RFC 5280 asks for a year of two digits until 2049 and of four from then on. */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  return at.getUTCFullYear() < 2050
    ? tagged(TAGS.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : tagged(TAGS.generalizedTime, Buffer.from(digits, 'ascii'));
}
