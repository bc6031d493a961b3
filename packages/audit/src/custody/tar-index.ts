const BLOCK = 512;
const CHECKSUM_AT = 148;
/** More files than any export has. */
const MAX_FILES = 10_000;
/** A pax header of ours has one record; others add times and owners. */
const MAX_PAX_BYTES = 64 * 1024;

/** Where a file lies in an archive. */
export interface TarFile {
  readonly name: string;
  readonly at: number;
  readonly sizeBytes: number;
}

/** The files of an archive up to where it ends or breaks; `damage` says why it breaks there. */
export interface TarIndex {
  readonly files: readonly TarFile[];
  readonly damage: string | undefined;
}

/** Reads so many bytes at a place of the archive, fewer at its end. */
export type ReadAt = (at: number, lengthBytes: number) => Promise<Uint8Array>;

const utf8 = new TextDecoder();

function textAt(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits or, as GNU writes what they cannot say, a number in base 256. */
function sizeAt(block: Uint8Array): number | undefined {
  if (((block[124] ?? 0) & 0x80) !== 0) {
    const size = block.subarray(125, 136).reduce((total, byte) => total * 256 + byte, 0);
    return Number.isSafeInteger(size) ? size : undefined;
  }
  const digits = textAt(block, 124, 12).trim();
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** As a pax header says it: digits and nothing else. What else `Number` reads, a sign above all, would lead back into the archive. */
const paxSize = (size: string): number | undefined => (/^\d{1,16}$/.test(size) ? Number(size) : undefined);

function hasChecksum(block: Uint8Array): boolean {
  const sum = block.reduce((total, byte, at) => total + (at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : byte), 0);
  return Number.parseInt(textAt(block, CHECKSUM_AT, 8).trim(), 8) === sum;
}

function nameOf(block: Uint8Array): string {
  const prefix = textAt(block, 257, 5) === 'ustar' ? textAt(block, 345, 155) : '';
  return prefix === '' ? textAt(block, 0, 100) : `${prefix}/${textAt(block, 0, 100)}`;
}

/** A record of a pax header, `27 path=objects/a/content`. */
const paxValue = (records: string, key: string): string | undefined =>
  new RegExp(`(?:^|\\n)\\d+ ${key}=([^\\n]*)(?:\\n|$)`).exec(records)?.[1];

/** What the headers before a file say of it. */
interface Ahead {
  readonly name?: string | undefined;
  readonly size?: string | undefined;
}

const plain = (name: string): string => name.replace(/^(?:\.\/)+/, '');

/** Finds the files of a tar archive, POSIX (ustar, pax) or GNU, reading nothing but the headers. */
export async function readTarIndex(sizeBytes: number, readAt: ReadAt): Promise<TarIndex> {
  const files: TarFile[] = [];
  let ahead: Ahead = {};
  for (let at = 0; at + BLOCK <= sizeBytes;) {
    const block = await readAt(at, BLOCK);
    if (block.every((byte) => byte === 0)) return { files, damage: undefined };
    const type = textAt(block, 156, 1);
    const isAhead = type === 'x' || type === 'L';
    const size = isAhead || ahead.size === undefined ? sizeAt(block) : paxSize(ahead.size);
    // Never below 0: the position grows with each header.
    if (!hasChecksum(block) || size === undefined || !Number.isSafeInteger(size) || size < 0) {
      return { files, damage: `what should be a header at byte ${at} is none` };
    }
    const name = plain(ahead.name ?? nameOf(block));
    const content = at + BLOCK;
    if (content + size > sizeBytes) return { files, damage: `it ends in the middle of ${name}` };
    at = content + Math.ceil(size / BLOCK) * BLOCK;
    if (isAhead) {
      if (size > MAX_PAX_BYTES) return { files, damage: `the header before byte ${at} is too large` };
      const text = utf8.decode(await readAt(content, size));
      ahead =
        type === 'L'
          ? { ...ahead, name: text.replace(/\0.*$/s, '') }
          : { name: paxValue(text, 'path'), size: paxValue(text, 'size') };
      continue;
    }
    ahead = {};
    if (type === '5' || type === 'g') continue;
    if (type !== '0' && type !== '') return { files, damage: `${name} is no file` };
    if (files.some((file) => file.name === name)) return { files, damage: `${name} is in it twice` };
    files.push({ name, at: content, sizeBytes: size });
    if (files.length > MAX_FILES) return { files, damage: 'it holds more files than any export' };
  }
  return { files, damage: 'its end is missing' };
}
