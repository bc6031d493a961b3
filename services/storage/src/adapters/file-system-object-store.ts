import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ObjectStore } from '../ports/object-store.ts';
import { hasCode, keepFile, keyOf, pathOfKey, sweepFolder } from './evidence-files.ts';
import { createFileHolds } from './file-holds.ts';
import { createFileUploads } from './file-uploads.ts';
import { type Received, type ReceiveLimits, receiveContent } from '../receive-content.ts';

async function receiveInto(path: string, source: Readable, limits: ReceiveLimits): Promise<Received> {
  const file = await open(path, 'wx', 0o400);
  try {
    const received = await receiveContent(source, limits, (chunk) => file.writeFile(chunk));
    if (received.ok) await file.sync();
    return received;
  } finally {
    await file.close();
  }
}

/**
 * Evidence as files: written beside, synced, then linked to `objects/<tenant>/<two digits>/<uuid>`, so that a path either
 * holds the whole content or does not exist, also after a power failure. Holds are files beside it, obeyed by this store and
 * by nothing else: whoever may write to the folder may remove what is in it.
 */
export function createFileSystemObjectStore(options: {
  readonly directory: string;
  /** Room an upload must leave free. */
  readonly minFreeBytes: number;
  readonly partBytes: number;
  readonly now: () => Date;
}): ObjectStore {
  const { directory, minFreeBytes, partBytes, now } = options;
  const incoming = join(directory, 'incoming');
  const pathOf = (key: string): string => pathOfKey(directory, key);
  const holds = createFileHolds(now);

  const freeBytes = async (): Promise<number> => {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(incoming);
    return bavail * bsize;
  };
  const hasRoom = async (bytes = 0): Promise<boolean> => (await freeBytes()) - bytes >= minFreeBytes;

  return {
    put: async (source, put) => {
      if ((put.expectedBytes ?? 0) > put.maxBytes) return { ok: false, refusal: 'too_large' };
      if (!(await hasRoom(put.expectedBytes))) return { ok: false, refusal: 'no_space' };
      const key = keyOf(put);
      const path = join(incoming, put.name);
      try {
        const received = await receiveInto(path, source, put);
        if (!received.ok) return received;
        const { ok, ...content } = received;
        await keepFile(path, pathOf(key));
        return { ok, content: { key, ...content } };
      } catch (error) {
        if (hasCode(error, 'ENOSPC', 'EDQUOT')) return { ok: false, refusal: 'no_space' };
        if (source.errored) return { ok: false, refusal: 'interrupted' };
        throw error;
      } finally {
        await rm(path, { force: true });
      }
    },

    open: async (key, range) => {
      const path = pathOf(key);
      try {
        const file = await open(path, 'r');
        return file.createReadStream(range && { start: range.first, end: range.last });
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined;
        throw error;
      }
    },

    remove: async (key) => holds.remove(pathOf(key)),
    discard: async (place) => {
      const path = pathOf(keyOf(place));
      await rm(join(incoming, place.name), { force: true, recursive: true, maxRetries: 3 });
      await rm(path, { force: true });
    },
    hold: async (key, hold) => holds.set(pathOf(key), hold),
    holdOf: async (key) => holds.find(pathOf(key)),
    ...createFileUploads({ directory, partBytes, hasRoom }),
    presign: () => Promise.resolve(undefined),
    check: async () => ({ store: 'file system', freeBytes: await freeBytes() }),
    sweep: () => sweepFolder(incoming, now),
  };
}
