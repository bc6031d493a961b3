import { Buffer } from 'node:buffer';

/** Longest text that is written at once. */
const LONGEST = 65_536;
/** What is shorter is looked at in place: writing it takes longer. */
const SHORTEST = 40;

const bytes = Buffer.allocUnsafeSlow(LONGEST);

/** The bytes of the text that was written last. A string is asked for a character in 2 to 4 ns, and for four of its bytes here in one. */
export const writtenBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Writes the low bytes of a text, one a character; how many they are, or -1 where it is better looked at in place. */
export const writeLowBytes = (text: string): number =>
  text.length < SHORTEST || text.length > LONGEST ? -1 : bytes.write(text, 0, text.length, 'latin1');

/** Writes a text of ASCII, one byte a character; how many they are, or -1 where it is another text, or too long. */
export function writeAscii(text: string): number {
  if (text.length > LONGEST) return -1;
  // Any other character takes more than one byte, or does not fit.
  return bytes.write(text, 0, LONGEST, 'utf8') === text.length ? text.length : -1;
}
