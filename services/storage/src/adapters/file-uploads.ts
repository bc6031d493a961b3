import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTurns } from '../in-turn.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { hasCode, keepFile, keyOf, pathOfKey } from './evidence-files.ts';
import { hashContent, isExpected, receiveChunks } from '../receive-content.ts';

type Uploads = Pick<ObjectStore, 'startUpload' | 'putPart' | 'completeUpload' | 'abortUpload'>;

/** Uploads in parts, each written to its place in one file that lies beside until it is whole. */
export function createFileUploads(options: {
  readonly directory: string;
  readonly partBytes: number;
  readonly hasRoom: (bytes?: number) => Promise<boolean>;
}): Uploads {
  const { directory, partBytes, hasRoom } = options;
  const incomingOf = (key: string): string => join(directory, 'incoming', key.split('/').at(-1) ?? '');

  const inTurn = createTurns();

  const writePart: Uploads['putPart'] = async ({ upload, partBytes: ownBytes }, number, source, receive) => {
    const { idleTimeoutMs, expectedBytes } = receive;
    if ((expectedBytes ?? 0) > ownBytes) return { ok: false, refusal: 'too_large' };
    if (!(await hasRoom(expectedBytes))) return { ok: false, refusal: 'no_space' };
    pathOfKey(directory, upload);
    const start = (number - 1) * ownBytes;
    let sizeBytes = 0;
    try {
      const file = await open(incomingOf(upload), 'r+');
      try {
        const isWhole = await receiveChunks(source, { maxBytes: ownBytes, idleTimeoutMs }, async (chunk) => {
          const position = start + sizeBytes;
          sizeBytes += chunk.length;
          await writeAll(file, chunk, position);
        });
        if (!isWhole) return { ok: false, refusal: 'too_large' };
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return { ok: false, refusal: 'no_upload' };
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) return { ok: false, refusal: 'no_space' };
      if (source.errored) return { ok: false, refusal: 'interrupted' };
      throw error;
    }
    return { ok: true, part: { number, sizeBytes, tag: String(number) } };
  };

  return {
    startUpload: async (place) => {
      const key = keyOf(place);
      pathOfKey(directory, key); // throws for what is no place
      const path = incomingOf(key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await (await open(path, 'wx', 0o600)).close();
      return { upload: key, partBytes };
    },

    // One that was cut may still be writing what it had: two at one place would mix.
    putPart: (upload, number, source, receive) =>
      inTurn(`${upload.upload}/${number}`, () => writePart(upload, number, source, receive)),

    completeUpload: async ({ upload }, parts, { expected, observe }) => {
      const [path, target] = [incomingOf(upload), pathOfKey(directory, upload)];
      const from = (await isThere(path)) ? path : target; // one that was broken off after its end
      if (!(await isThere(from))) return { ok: false, refusal: 'no_upload' };
      // A part that was sent again, shorter, has left its tail.
      const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
      if (from === path) await truncate(path, sizeBytes);
      const content = await hashContent(createReadStream(from), observe);
      if (!isExpected(content, expected)) {
        await rm(from, { force: true });
        return { ok: false, refusal: 'wrong_hash' };
      }
      if (from === path) await keepFile(path, target);
      return { ok: true, content: { key: upload, ...content } };
    },

    abortUpload: async ({ upload }) => {
      pathOfKey(directory, upload);
      await rm(incomingOf(upload), { force: true });
    },
  };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}
