import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ObjectStore, PutOutcome } from '../ports/object-store.ts';

export interface FileSystemObjectStore extends ObjectStore {
  /** Removes what uploads that were killed in the middle have left behind. */
  readonly sweep: () => Promise<void>;
}

/** Longer than any upload takes. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

type Written =
  | { readonly ok: true; readonly sha256: string; readonly sizeBytes: number }
  | { readonly ok: false; readonly refusal: 'too_large' };

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

type Limits = Pick<Parameters<ObjectStore['put']>[1], 'maxBytes' | 'idleTimeoutMs'>;

async function writeHashed(file: FileHandle, source: Readable, limits: Limits): Promise<Written> {
  const { maxBytes, idleTimeoutMs } = limits;
  const idle = setTimeout(() => source.destroy(new Error('nothing came in time')), idleTimeoutMs);
  try {
    return await writeChunks(file, source, maxBytes, () => idle.refresh());
  } finally {
    clearTimeout(idle);
  }
}

async function writeChunks(
  file: FileHandle,
  source: Readable,
  maxBytes: number,
  onChunk: () => void,
): Promise<Written> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  // The source stays open when we stop early: it is a request that still needs its answer.
  const chunks: AsyncIterable<Buffer> = source.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    onChunk();
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return { ok: false, refusal: 'too_large' };
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  await file.sync();
  return { ok: true, sha256: hash.digest('hex'), sizeBytes };
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Evidence as files: written beside, synced, then renamed to `objects/<tenant>/<first two digits>/<sha256>`, so that a
 * path either holds the whole content or does not exist, also after a power failure.
 */
export function createFileSystemObjectStore(options: {
  readonly directory: string;
  /** Room an upload must leave free. */
  readonly minFreeBytes: number;
  readonly now: () => Date;
}): FileSystemObjectStore {
  const { directory, minFreeBytes, now } = options;
  const incoming = join(directory, 'incoming');
  const pathOf = (key: string): string => join(directory, 'objects', key);

  const freeBytes = async (): Promise<number> => {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(incoming);
    return bavail * bsize;
  };

  const write = async (path: string, source: Readable, limits: Limits): Promise<Written> => {
    const file = await open(path, 'wx', 0o600);
    try {
      return await writeHashed(file, source, limits);
    } finally {
      await file.close();
    }
  };

  const receive = async (path: string, source: Readable, tenantId: string, limits: Limits): Promise<PutOutcome> => {
    const written = await write(path, source, limits);
    if (!written.ok) return written;
    const { sha256, sizeBytes } = written;
    const key = `${tenantId}/${sha256.slice(0, 2)}/${sha256}`;
    const folder = dirname(pathOf(key));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(path, pathOf(key));
    await syncDirectory(folder);
    return { ok: true, content: { key, sha256, sizeBytes } };
  };

  return {
    put: async (source, { tenantId, expectedBytes = 0, ...limits }) => {
      if (expectedBytes > limits.maxBytes) return { ok: false, refusal: 'too_large' };
      if ((await freeBytes()) - expectedBytes < minFreeBytes) return { ok: false, refusal: 'no_space' };
      const path = join(incoming, randomUUID());
      try {
        return await receive(path, source, tenantId, limits);
      } catch (error) {
        if (hasCode(error, 'ENOSPC', 'EDQUOT')) return { ok: false, refusal: 'no_space' };
        if (source.errored) return { ok: false, refusal: 'interrupted' };
        throw error;
      } finally {
        await rm(path, { force: true });
      }
    },

    open: async (key) => {
      try {
        const file = await open(pathOf(key), 'r');
        return file.createReadStream();
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined;
        throw error;
      }
    },

    check: async () => ({ freeBytes: await freeBytes() }),

    sweep: async () => {
      const entries = await readdir(incoming).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) return [];
        throw error;
      });
      for (const name of entries) {
        const path = join(incoming, name);
        const found = await stat(path).catch(() => undefined); // another replica was faster
        if (found && now().getTime() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
      }
    },
  };
}
