import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CompleteOutcome, ContentOptions, ObjectStore, StoredPart } from '../ports/object-store.ts';
import { hasCode, keepFile, keyOf, makeFolder, pathOfKey, syncFolder } from './evidence-files.ts';
import { hashContent, isExpected, receiveChunks } from '../receive-content.ts';

type Uploads = Pick<ObjectStore, 'startUpload' | 'putPart' | 'completeUpload' | 'abortUpload'>;

const NO_UPLOAD = { ok: false, refusal: 'no_upload' } as const;

/** ENOTDIR: an upload of before each part was a file. */
const isGone = (error: unknown): boolean => hasCode(error, 'ENOENT', 'ENOTDIR');
const isFull = (error: unknown): boolean => hasCode(error, 'ENOSPC', 'EDQUOT');

/**
 * Uploads in parts: each part a file of its own in a folder beside, which takes its name when it is whole; the content is a new
 * file made of them. So nobody who still sends a part has a hand in what was completed.
 */
export function createFileUploads(options: {
  readonly directory: string;
  readonly partBytes: number;
  readonly hasRoom: (bytes?: number) => Promise<boolean>;
}): Uploads {
  const { directory, partBytes, hasRoom } = options;
  const folderOf = (key: string): string => {
    pathOfKey(directory, key); // throws for what is no place
    return join(directory, 'incoming', key.split('/').at(-1) ?? '');
  };

  return {
    startUpload: async (place) => {
      const key = keyOf(place);
      const folder = folderOf(key);
      await makeFolder(dirname(folder));
      await mkdir(folder, { mode: 0o700 });
      await syncFolder(dirname(folder));
      return { upload: key, partBytes };
    },

    putPart: async ({ upload, partBytes: maxBytes }, number, source, { idleTimeoutMs, expectedBytes }) => {
      if ((expectedBytes ?? 0) > maxBytes) return { ok: false, refusal: 'too_large' };
      if (!(await hasRoom(expectedBytes))) return { ok: false, refusal: 'no_space' };
      const folder = folderOf(upload);
      const beside = join(folder, `${number}.${randomUUID()}`);
      let sizeBytes = 0;
      try {
        const file = await open(beside, 'wx', 0o600);
        try {
          const isWhole = await receiveChunks(source, { maxBytes, idleTimeoutMs }, async (chunk) => {
            sizeBytes += chunk.length;
            await file.writeFile(chunk);
          });
          if (!isWhole) return { ok: false, refusal: 'too_large' };
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, join(folder, String(number)));
        await syncFolder(folder);
      } catch (error) {
        if (isGone(error)) return NO_UPLOAD;
        if (isFull(error)) return { ok: false, refusal: 'no_space' };
        if (source.errored) return { ok: false, refusal: 'interrupted' };
        throw error;
      } finally {
        await rm(beside, { force: true }).catch(() => undefined); // swept away later
      }
      return { ok: true, part: { number, sizeBytes, tag: String(number) } };
    },

    completeUpload: async ({ upload }, parts, given) => {
      const [folder, target] = [folderOf(upload), pathOfKey(directory, upload)];
      const made = await hashMade(upload, target, given);
      if (made) return made;
      const lost = await lostParts(folder, parts);
      if (!lost) return (await hashMade(upload, target, given)) ?? NO_UPLOAD;
      if (lost.length > 0) return { ok: false, refusal: 'parts_lost', numbers: lost };
      if (!(await hasRoom(parts.reduce((sum, part) => sum + part.sizeBytes, 0)))) {
        return { ok: false, refusal: 'no_space' };
      }
      return assemble({ upload, folder, target }, parts, given);
    },

    abortUpload: async ({ upload }) => removeFolder(folderOf(upload)),
  };
}

/** A part that is on its way may come into a folder that is being removed. */
const removeFolder = (folder: string): Promise<void> => rm(folder, { force: true, recursive: true, maxRetries: 3 });

/** Of parts that are not there, or not as large as they were; undefined when there is no upload. */
async function lostParts(folder: string, parts: readonly StoredPart[]): Promise<readonly number[] | undefined> {
  try {
    const names = new Set(await readdir(folder));
    const lost: number[] = [];
    for (const { number, sizeBytes } of parts) {
      const isThere = names.has(String(number)) && (await stat(join(folder, String(number)))).size === sizeBytes;
      if (!isThere) lost.push(number);
    }
    return lost;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** What was completed before, or by somebody else meanwhile. */
async function hashMade(
  upload: string,
  target: string,
  { expected, observe }: ContentOptions,
): Promise<CompleteOutcome | undefined> {
  try {
    const content = await hashContent(createReadStream(target), observe);
    if (!isExpected(content, expected)) return { ok: false, refusal: 'wrong_hash' };
    return { ok: true, content: { key: upload, ...content } };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Makes the content, hashes what was written, and gives it its place for good. */
async function assemble(
  { upload, folder, target }: { readonly upload: string; readonly folder: string; readonly target: string },
  parts: readonly StoredPart[],
  { expected, observe }: ContentOptions,
): Promise<CompleteOutcome> {
  const whole = join(folder, `whole.${randomUUID()}`);
  let content: Awaited<ReturnType<typeof hashContent>> | undefined;
  try {
    const file = await open(whole, 'wx', 0o400);
    try {
      for (const { number } of parts.toSorted((a, b) => a.number - b.number)) {
        await pipeline(createReadStream(join(folder, String(number))), async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) await file.writeFile(chunk);
        });
      }
      await file.sync();
    } finally {
      await file.close();
    }
    content = await hashContent(createReadStream(whole), observe);
    if (!isExpected(content, expected)) {
      await removeFolder(folder);
      return { ok: false, refusal: 'wrong_hash' };
    }
    await keepFile(whole, target);
    await removeFolder(folder).catch(() => undefined); // swept away later
    return { ok: true, content: { key: upload, ...content } };
  } catch (error) {
    if (isFull(error)) return { ok: false, refusal: 'no_space' };
    if (!isGone(error) && !hasCode(error, 'EEXIST')) throw error;
    // Another process has completed it, or given it up.
    const made = await hashMade(upload, target, content ? { expected } : { expected, observe });
    // What was seen is ours: if theirs is another, a part was sent again meanwhile, and it is theirs to tell of.
    const isSame = made?.ok !== true || !content || content.sha256 === made.content.sha256;
    return made && isSame ? made : NO_UPLOAD;
  } finally {
    await rm(whole, { force: true }).catch(() => undefined); // swept away later
  }
}
