import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ContentPlace } from '../ports/object-store.ts';

/** Longer than an upload may stay unfinished. */
const ABANDONED_AFTER_MS = 8 * 24 * 60 * 60 * 1000;

/** Also those of contents that were kept by their hash. */
const KEY = /^[a-z0-9][a-z0-9-]{0,63}\/[0-9a-f]{2}\/[0-9a-f-]{32,64}$/;

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

/** Throws on what is no key: nothing that comes from outside may name a file. */
export function checkKey(key: string): string {
  if (!KEY.test(key)) throw new Error('not a place of this store');
  return key;
}

/** A folder holds a 256th of a tenant's contents. */
export const keyOf = ({ tenantId, name }: ContentPlace): string => checkKey(`${tenantId}/${name.slice(-2)}/${name}`);

export const pathOfKey = (directory: string, key: string): string => join(directory, 'objects', checkKey(key));

/** Makes what is there of a folder durable: its names. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it, durably: each new name is synced in the folder that holds it. */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= resolve(first).length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Gives a file that is whole and synced its place for good. Throws when something is there. */
export async function keepFile(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  // A rename would replace what is there.
  await link(from, to);
  await rm(from);
  await syncFolder(dirname(to));
}

/** Removes files and folders that were not touched for longer than any upload takes. */
export async function sweepFolder(folder: string, now: () => Date): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined); // another replica was faster
    if (found && now().getTime() - found.mtimeMs > ABANDONED_AFTER_MS) {
      await rm(path, { force: true, recursive: true });
    }
  }
}
