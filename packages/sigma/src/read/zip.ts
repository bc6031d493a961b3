import { crc32, inflateRawSync } from 'node:zlib';
import { type Archive, type ArchiveEntry, archiveLimits, pathProblem } from './archive-entry.ts';

const END_SIGNATURE = 0x06_05_4b_50;
const CENTRAL_SIGNATURE = 0x02_01_4b_50;
const LOCAL_SIGNATURE = 0x04_03_4b_50;
const [END_BYTES, CENTRAL_BYTES, LOCAL_BYTES] = [22, 46, 30];
/** A comment may stand behind the end record. */
const MAX_COMMENT_BYTES = 0xff_ff;
const [STORED, DEFLATED] = [0, 8];

/** What the central directory says of a file. */
interface Directory {
  readonly path: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly localAt: number;
}

function findEnd(view: DataView): number | undefined {
  const lowest = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= lowest; at -= 1) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  return undefined;
}

function directoryAt(view: DataView, at: number): { entry: Directory; next: number } | undefined {
  if (at + CENTRAL_BYTES > view.byteLength || view.getUint32(at, true) !== CENTRAL_SIGNATURE) return undefined;
  const pathBytes = view.getUint16(at + 28, true);
  const next = at + CENTRAL_BYTES + pathBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > view.byteLength) return undefined;
  const path = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL_BYTES, pathBytes));
  const entry = {
    path: path.replace(/^(?:\.\/)+/, ''),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedBytes: view.getUint32(at + 20, true),
    unpackedBytes: view.getUint32(at + 24, true),
    localAt: view.getUint32(at + 42, true),
  };
  return { entry, next };
}

const damage = { reason: 'it is damaged' } as const;

/** Goes no further than the directory says: what that says of all files together is bounded, and one stream may serve many. */
function inflate(packed: Uint8Array, unpackedBytes: number): Uint8Array | { readonly reason: string } {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, unpackedBytes) });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge ? { reason: 'it is larger than the archive says' } : damage;
  }
}

function unpack(view: DataView, entry: Directory): ArchiveEntry {
  const { path, method, localAt, packedBytes, unpackedBytes } = entry;
  const damaged = { path, ...damage };
  if (entry.isEncrypted) return { path, reason: 'it is encrypted' };
  if (unpackedBytes > archiveLimits.fileBytes) return { path, reason: 'it is too large' };
  if (method !== STORED && method !== DEFLATED) {
    return { path, reason: `it is packed by method ${method}, not by deflate` };
  }
  if (localAt + LOCAL_BYTES > view.byteLength || view.getUint32(localAt, true) !== LOCAL_SIGNATURE) return damaged;
  const from = localAt + LOCAL_BYTES + view.getUint16(localAt + 26, true) + view.getUint16(localAt + 28, true);
  if (from + packedBytes > view.byteLength) return damaged;
  const packed = new Uint8Array(view.buffer, view.byteOffset + from, packedBytes);
  const bytes = method === STORED ? packed : inflate(packed, unpackedBytes);
  if ('reason' in bytes) return { path, ...bytes };
  if (bytes.length !== unpackedBytes || crc32(bytes) !== entry.crc) return damaged;
  return { path, bytes };
}

/** Reads a zip archive, of the files that `isWanted` alone. Zip64, which needs 4 GB or 65,535 files, is refused. */
export function readZip(bytes: Uint8Array, isWanted: (path: string) => boolean): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const endAt = view.byteLength < END_BYTES ? undefined : findEnd(view);
  if (endAt === undefined) return { ok: false, reason: 'the zip archive is damaged: it has no directory' };
  const count = view.getUint16(endAt + 10, true);
  if (count > archiveLimits.entries) return { ok: false, reason: `it holds more than ${archiveLimits.entries} files` };
  const entries: ArchiveEntry[] = [];
  let at = view.getUint32(endAt + 16, true);
  let unpackedBytes = 0;
  for (let read = 0; read < count; read += 1) {
    const found = directoryAt(view, at);
    if (!found) return { ok: false, reason: 'the zip archive is damaged: its directory ends early' };
    at = found.next;
    const { entry } = found;
    if (entry.path.endsWith('/')) continue;
    const problem = pathProblem(entry.path);
    if (problem !== undefined) entries.push({ path: entry.path, reason: problem });
    else if (isWanted(entry.path)) {
      unpackedBytes += Math.min(entry.unpackedBytes, archiveLimits.fileBytes);
      if (unpackedBytes > archiveLimits.unpackedBytes) return { ok: false, reason: 'it is too large once unpacked' };
      entries.push(unpack(view, entry));
    } else entries.push({ path: entry.path, bytes: new Uint8Array() });
  }
  return { ok: true, entries };
}
