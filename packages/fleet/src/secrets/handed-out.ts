import { chmod, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of a set-up of `soc init` with what containers and servers are given. */
const FOLDERS = ['mounted', 'servers'] as const;

/** Whether a data directory is one of `soc init`, whose secrets are handed out as copies. */
export const isHandedOut = (dataDirectory: string): Promise<boolean> => isThere(join(dataDirectory, FOLDERS[0]));

/**
 * Puts a text into the copies of a file that are handed out, where there are any: into the files themselves, since what a
 * container has mounted is the file and not its name. A reader may see half of it for a moment; those that follow a file keep
 * what they have when it does not fit, and look again.
 */
export async function handOut(dataDirectory: string, name: string, text: string): Promise<void> {
  for (const folder of FOLDERS) {
    const path = join(dataDirectory, folder, name);
    if (!(await isThere(path)) || (await readFile(path, 'utf8')) === text) continue;
    await chmod(path, 0o644);
    const file = await open(path, 'r+');
    try {
      const { bytesWritten } = await file.write(Buffer.from(text), 0, undefined, 0);
      await file.truncate(bytesWritten);
      await file.sync();
    } finally {
      await file.close();
      await chmod(path, 0o444);
    }
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
