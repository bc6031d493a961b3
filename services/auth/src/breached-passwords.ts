import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/** Passwords that were found in the loot of others. */
export interface BreachedPasswords {
  /** Whether this one was. Some thirty small reads of the file, whatever its size. */
  readonly has: (password: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

const HASH_LINE = /^[0-9a-f]{40}(:\d+)?$/i;
/** A longer line is no password that could be chosen here: 256 characters of up to four bytes. */
const MAX_LINE_BYTES = 1_280;
const NEWLINE = 0x0a;

/** Reads the first whole line that begins at or after an offset, and where it begins; undefined past the last one. */
async function lineFrom(file: FileHandle, offset: number): Promise<{ text: Buffer; start: number } | undefined> {
  const buffer = Buffer.alloc(2 * MAX_LINE_BYTES);
  // One byte earlier: whether a line begins at `offset` shows in what stands before it.
  const from = Math.max(0, offset - 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  const read = buffer.subarray(0, bytesRead);
  const start = offset === 0 ? 0 : read.indexOf(NEWLINE) + 1;
  if (offset > 0 && start === 0) return undefined;
  if (start >= bytesRead) return undefined;
  const end = read.indexOf(NEWLINE, start);
  const text = read.subarray(start, end === -1 ? bytesRead : end);
  return { text: text.at(-1) === 0x0d ? text.subarray(0, -1) : text, start: from + start };
}

/**
 * Searches a file that is sorted by the bytes of its lines: whether one of them, as `keyOf` reads it, is `wanted`. Keeps
 * nothing in memory but the line it looks at.
 */
async function contains(
  file: FileHandle,
  sizeBytes: number,
  wanted: Buffer,
  keyOf: (line: Buffer) => Buffer,
): Promise<boolean> {
  let [low, high] = [0, sizeBytes];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineFrom(file, middle);
    const order = line === undefined || line.start >= high ? 1 : Buffer.compare(keyOf(line.text), wanted);
    if (order === 0) return true;
    if (order > 0 || line === undefined) high = middle;
    else low = line.start + line.text.length + 1;
  }
  return false;
}

const sha1 = (password: string): Buffer => Buffer.from(createHash('sha1').update(password).digest('hex').toUpperCase());

/**
 * Opens a list of breached passwords: lines of SHA-1 in upper-case hex, with or without `:count`, in the order of the hash
 * (as the well-known corpora are published), or of plain passwords in the order of their bytes (`LC_ALL=C sort`). Throws
 * when it cannot be read or its first lines are not in order.
 */
export async function openBreachedPasswords(path: string): Promise<BreachedPasswords> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const first = await lineFrom(file, 0);
    const second = first && (await lineFrom(file, first.start + first.text.length + 1));
    if (!first) throw new Error(`${path} is empty`);
    if (second && Buffer.compare(first.text, second.text) > 0) throw new Error(`${path} is not sorted by its bytes`);
    const isHashes = HASH_LINE.test(first.text.toString('latin1'));
    return {
      has: (password) => {
        const given = password.normalize('NFC');
        return isHashes
          ? contains(file, size, sha1(given), (line) => Buffer.from(line.toString('latin1', 0, 40).toUpperCase()))
          : contains(file, size, Buffer.from(given), (line) => line);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
