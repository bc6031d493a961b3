const END = Buffer.from('504b0506', 'hex');
const ENTRY = 0x02_01_4b_50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const MAX_COMMENT_BYTES = 65_535;
/** In place of a number that stands elsewhere, in a zip of more than 4 GiB. */
const ELSEWHERE = 0xff_ff_ff_ff;

/** What unpacks to more than so many times its size, and to so much at least, is a bomb. */
const RATIO = 100;
const AT_LEAST_BYTES = 1024 ** 3;

/** The end record of a zip: the last that reaches to the end of the content. `tail` holds its last bytes. */
export function zipEndIn(tail: Buffer): number | undefined {
  const lowest = Math.max(0, tail.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = tail.lastIndexOf(END); at >= lowest; at = at === 0 ? -1 : tail.lastIndexOf(END, at - 1)) {
    if (at + END_BYTES <= tail.length && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

/**
 * Whether a zip says of itself that it unpacks to far more than it is, or that its files lie over each other, so that the same
 * bytes are unpacked many times. Reads the directory at its end and no more than `tail` holds; of a larger one, what is there.
 */
export function isZipBomb(tail: Buffer, sizeBytes: number): boolean {
  const end = zipEndIn(tail);
  if (end === undefined) return false;
  const directoryBytes = tail.readUInt32LE(end + 12);
  let unpacked = 0;
  let packed = 0;
  let at = Math.max(0, end - directoryBytes);
  // The tail may begin within an entry.
  if (directoryBytes > end) at = Math.max(0, tail.indexOf(Buffer.from('504b0102', 'hex')));
  while (at + ENTRY_BYTES <= end && tail.readUInt32LE(at) === ENTRY) {
    const [packedBytes, unpackedBytes] = [tail.readUInt32LE(at + 20), tail.readUInt32LE(at + 24)];
    if (packedBytes !== ELSEWHERE) packed += packedBytes;
    if (unpackedBytes !== ELSEWHERE) unpacked += unpackedBytes;
    at += ENTRY_BYTES + tail.readUInt16LE(at + 28) + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32);
  }
  const isOverlapping = packed > sizeBytes;
  return isOverlapping || (unpacked >= AT_LEAST_BYTES && unpacked / Math.max(1, sizeBytes) > RATIO);
}
