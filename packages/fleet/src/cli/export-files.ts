import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type ExportFile, type ExportFiles, readTarIndex } from '@soc/audit/custody';

/** The files of an export, and why there may be more of them in what it was copied from. */
export interface OpenedExport {
  readonly files: ExportFiles;
  readonly damage: string | undefined;
  readonly close: () => Promise<void>;
}

async function filesOfFolder(folder: string): Promise<OpenedExport> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, ExportFile>();
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size } = await stat(path);
    const name = relative(folder, path).split(sep).join('/');
    files.set(name, { sizeBytes: size, read: () => createReadStream(path) });
  }
  return { files, damage: undefined, close: () => Promise.resolve() };
}

/** A part of an open file. The last byte is included, so what is empty is no part. */
const partOf = (archive: FileHandle, at: number, sizeBytes: number): AsyncIterable<Uint8Array> =>
  archive.createReadStream({ start: at, end: at + sizeBytes - 1, autoClose: false });

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Has no piece.
}

async function filesOfArchive(path: string, sizeBytes: number): Promise<OpenedExport> {
  const archive = await open(path, 'r');
  const { files, damage } = await readTarIndex(sizeBytes, async (at, length) => {
    const { buffer, bytesRead } = await archive.read(Buffer.alloc(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  });
  return {
    damage,
    files: new Map(
      files.map(({ name, at, sizeBytes: size }) => [
        name,
        { sizeBytes: size, read: () => (size === 0 ? nothing() : partOf(archive, at, size)) },
      ]),
    ),
    close: () => archive.close(),
  };
}

/** Opens an export of custody: the archive as it was answered, or the folder it was unpacked into. */
export async function openExport(path: string): Promise<OpenedExport> {
  const found = await stat(path);
  return found.isDirectory() ? filesOfFolder(path) : filesOfArchive(path, found.size);
}
