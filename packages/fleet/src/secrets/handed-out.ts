import { chmod, type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of a set-up of `soc init` with what containers and servers are given. */
const FOLDERS = ['mounted', 'servers'] as const;

/** Whether a data directory is one of `soc init`, whose secrets are handed out as copies. */
export const isHandedOut = (dataDirectory: string): Promise<boolean> => isThere(join(dataDirectory, FOLDERS[0]));

/**
 * Puts a text into the copies of a file that are handed out, where there are any: into the files themselves, since what a
 * container has mounted is the file and not its name. A reader may see half of it for a moment; those that follow a file keep
 * what they have when it does not fit, and look again. Tells whether a copy was another. Throws where a copy cannot be written,
 * which then has what it had.
 */
export async function handOut(dataDirectory: string, name: string, text: string): Promise<boolean> {
  const outdated = (await copiesOf(dataDirectory, name)).filter((copy) => copy.text !== text);
  for (const copy of outdated) {
    await chmod(copy.path, 0o644);
    const file = await open(copy.path, 'r+');
    try {
      await overwrite(file, text).catch(async (error: unknown) => {
        // It has room for as much as it had, though the disk be full.
        await overwrite(file, copy.text);
        throw error;
      });
    } finally {
      await file.close();
      await chmod(copy.path, 0o444);
    }
  }
  return outdated.length > 0;
}

/** The copies of a file that are handed out; none where its folder has no such file. */
export async function copiesOf(
  dataDirectory: string,
  name: string,
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const copies = [];
  for (const folder of FOLDERS) {
    const path = join(dataDirectory, folder, name);
    if (await isThere(path)) copies.push({ path, text: await readFile(path, 'utf8') });
  }
  return copies;
}

/** All of it or a throw: on a disk that is nearly full, or at a quota, a single write takes a part and reports no error. */
async function overwrite(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
  }
  await file.truncate(bytes.length);
  await file.sync();
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
