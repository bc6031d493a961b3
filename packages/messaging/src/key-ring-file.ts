import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type KeyRing, KeyRingData, loadKeys } from './key-ring.ts';
import type { BusLog } from './log.ts';

/** The file is looked at this often. */
const LOOK_EVERY_MS = 3_000;
/** An unknown key id makes the file be looked at, but not more often than this, whoever sends unknown ids. */
const REFRESH_AT_MOST_EVERY_MS = 100;

const read = async (path: string) => {
  const parsed = KeyRingData.safeParse(JSON.parse(await readFile(path, 'utf8')));
  // The message names what is wrong and where, never a key.
  if (!parsed.success) throw new Error(`the key ring does not fit: ${z.prettifyError(parsed.error)}`);
  return loadKeys(parsed.data);
};

/** Changes whenever the file is written to or another is moved into its place. */
const versionOf = async (path: string): Promise<string> => {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
};

/**
 * The key ring of a file, read again whenever the file has changed, so that keys are rotated without a restart. A file
 * that cannot be read or does not fit leaves the keys as they were. Throws when it cannot be read at first.
 */
export async function openKeyRingFile(path: string, log: BusLog): Promise<KeyRing> {
  let seen = await versionOf(path);
  let keys = await read(path);
  let lookedAtMs = performance.now();
  let looking: Promise<void> | undefined;
  /** A look that has not begun: whoever asks before it does is served by it. */
  let refreshing: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    lookedAtMs = performance.now();
    try {
      const version = await versionOf(path);
      if (version === seen) return;
      keys = await read(path);
      seen = version;
      log.info({ currentKey: keys.current().id }, 'key ring read again');
    } catch (error) {
      log.error({ err: error }, 'key ring not read again, the keys stay as they were');
    } finally {
      looking = undefined;
    }
  };
  const lookOnce = (): Promise<void> => (looking ??= look());
  const lookSoon = async (): Promise<void> => {
    await looking;
    await pause(Math.max(0, lookedAtMs + REFRESH_AT_MOST_EVERY_MS - performance.now()));
    refreshing = undefined;
    await lookOnce();
  };
  const timer = setInterval(() => void lookOnce(), LOOK_EVERY_MS);
  timer.unref();

  return {
    current: () => keys.current(),
    find: (id) => keys.find(id),
    refresh: () => (refreshing ??= lookSoon()),
    close: () => clearInterval(timer),
  };
}
