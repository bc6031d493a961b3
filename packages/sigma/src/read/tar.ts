import { type Archive, type ArchiveEntry, archiveLimits, pathProblem } from './archive-entry.ts';

const BLOCK = 512;
const CHECKSUM_AT = 148;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function textAt(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

function octalAt(block: Uint8Array, from: number, length: number): number | undefined {
  const digits = textAt(block, from, length).trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The checksum counts itself as blanks. A plain loop: it runs over every byte of every header. */
function hasChecksum(block: Uint8Array): boolean {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at += 1) {
    if (at < CHECKSUM_AT || at >= CHECKSUM_AT + 8) sum += block[at] ?? 0;
  }
  return octalAt(block, CHECKSUM_AT, 8) === sum;
}

/** Whether bytes begin as a tar archive does: with a header whose checksum is right. */
export const isTar = (bytes: Uint8Array): boolean => bytes.length >= BLOCK && hasChecksum(bytes.subarray(0, BLOCK));

/** The path of a pax header, `27 path=rules/a.yml`. */
function paxPath(records: Uint8Array): string | undefined {
  const match = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(utf8.decode(records));
  return match?.[1];
}

function pathOf(block: Uint8Array): string {
  const prefix = textAt(block, 257, 5) === 'ustar' ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  return (prefix === '' ? name : `${prefix}/${name}`).replace(/^(?:\.\/)+/, '');
}

const linkNames: ReadonlyMap<string, string> = new Map([
  ['1', 'a hard link'],
  ['2', 'a symbolic link'],
  ['3', 'a device'],
  ['4', 'a device'],
  ['6', 'a pipe'],
]);

function entryAt(type: string, path: string, bytes: Uint8Array): ArchiveEntry | undefined {
  if (type === '5') return undefined;
  const problem = pathProblem(path);
  if (problem !== undefined) return { path, reason: problem };
  const link = linkNames.get(type);
  if (link !== undefined) return { path, reason: `it is ${link}` };
  if (type !== '0' && type !== '\0' && type !== '' && type !== '7') {
    return { path, reason: `it is of the unknown type ${type}` };
  }
  if (bytes.length > archiveLimits.fileBytes) return { path, reason: 'it is too large' };
  return { path, bytes };
}

/** Reads a tar archive: POSIX (ustar and pax) and GNU's long names. */
export function readTar(bytes: Uint8Array): Archive {
  const entries: ArchiveEntry[] = [];
  let longPath: string | undefined;
  let at = 0;
  while (at + BLOCK <= bytes.length) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return { ok: true, entries };
    const size = octalAt(block, 124, 12);
    if (!hasChecksum(block) || size === undefined) return { ok: false, reason: 'the tar archive is damaged' };
    const end = at + BLOCK + size;
    if (end > bytes.length) return { ok: false, reason: 'the tar archive ends in the middle of a file' };
    const content = bytes.subarray(at + BLOCK, end);
    const type = textAt(block, 156, 1);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') longPath = textAt(content, 0, content.length);
    else if (type === 'x') longPath = paxPath(content) ?? longPath;
    else if (type !== 'g' && type !== 'K') {
      const entry = entryAt(type, longPath?.replace(/^(?:\.\/)+/, '') ?? pathOf(block), content);
      if (entry) entries.push(entry);
      longPath = undefined;
    }
    if (entries.length > archiveLimits.entries) {
      return { ok: false, reason: `it holds more than ${archiveLimits.entries} files` };
    }
  }
  return at >= bytes.length ? { ok: true, entries } : { ok: false, reason: 'the tar archive is damaged' };
}
