import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Hold, ObjectStore } from '../ports/object-store.ts';
import { hasCode, syncFolder } from './evidence-files.ts';

const HoldFile = z.object({ legalHold: z.boolean(), retainUntil: z.iso.datetime().nullable() });

const NONE: Hold = { legalHold: false, retainUntil: undefined };
const holdPath = (path: string): string => `${path}.hold`;

async function readHold(path: string): Promise<Hold> {
  const text = await readFile(holdPath(path), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text === undefined) return NONE;
  // One that cannot be read throws: what may be held is not removed.
  const { legalHold, retainUntil } = HoldFile.parse(JSON.parse(text));
  return { legalHold, retainUntil: retainUntil === null ? undefined : new Date(retainUntil) };
}

async function writeHold(path: string, { legalHold, retainUntil }: Hold): Promise<void> {
  const beside = `${holdPath(path)}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify({ legalHold, retainUntil: retainUntil?.toISOString() ?? null }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, holdPath(path));
  await syncFolder(dirname(path));
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );

/** Holds in files beside the contents. Callers keep a hold and a removal of one content apart, by the lock of its row. */
export function createFileHolds(now: () => Date) {
  return {
    find: async (path: string): Promise<Hold | undefined> => ((await exists(path)) ? readHold(path) : undefined),

    set: async (path: string, hold: Partial<Hold>): ReturnType<ObjectStore['hold']> => {
      if (!(await exists(path))) return 'absent';
      const before = await readHold(path);
      const { legalHold = before.legalHold, retainUntil = before.retainUntil } = hold;
      if (before.retainUntil && retainUntil && retainUntil < before.retainUntil) return 'shortened';
      await writeHold(path, { legalHold, retainUntil });
      return 'set';
    },

    remove: async (path: string): ReturnType<ObjectStore['remove']> => {
      if (!(await exists(path))) return 'absent';
      const { legalHold, retainUntil } = await readHold(path);
      if (legalHold || (retainUntil && retainUntil > now())) return 'held';
      await rm(path);
      await rm(holdPath(path), { force: true });
      return 'removed';
    },
  };
}
