import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson, type Checkpoint, type StoredCheckpoint } from '@soc/audit';

const NAME = /^checkpoint-\d{12}\.json$/;
const FIRST = 'checkpoint-000000000001.json';
/** Each checkpoint has one possible successor by name, so that of two who want to sign next only one can. */
const nextName = (before: string | undefined): string =>
  before === undefined ? FIRST : `checkpoint-${String(Number(before.slice(11, 23)) + 1).padStart(12, '0')}.json`;

/** Checkpoints as files outside the database, one each, numbered in their order. */
export interface CheckpointDirectory {
  /** In their order; those after the file `after` alone. */
  readonly read: (after?: string) => Promise<readonly StoredCheckpoint[]>;
  /**
   * Resolves once the file after `before` is on the disk, read-only; its content is there whole or not at all. Not written when
   * there is one already, which stays as it is: somebody else was quicker.
   */
  readonly write: (
    checkpoint: Checkpoint,
    before: string | undefined,
  ) => Promise<{ readonly name: string; readonly isWritten: boolean }>;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Links never overwrite, as a rename would. */
async function linkUnlessPresent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Makes the directory, readable by its owner alone, when it is not there. */
export async function openCheckpointDirectory(directory: string): Promise<CheckpointDirectory> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    read: async (after = '') => {
      const names = (await readdir(directory)).filter((name) => NAME.test(name) && name > after).toSorted();
      const stored: StoredCheckpoint[] = [];
      for (const name of names) stored.push({ name, text: await readFile(path.join(directory, name), 'utf8') });
      return stored;
    },
    write: async (checkpoint, before) => {
      const name = nextName(before);
      const unfinished = path.join(directory, `.${name}.${randomUUID()}`);
      const handle = await open(unfinished, 'wx', 0o444);
      try {
        try {
          await handle.writeFile(`${canonicalJson(checkpoint)}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        const isWritten = await linkUnlessPresent(unfinished, path.join(directory, name));
        return { name, isWritten };
      } finally {
        await unlink(unfinished);
        await syncDirectory(directory);
      }
    },
  };
}
