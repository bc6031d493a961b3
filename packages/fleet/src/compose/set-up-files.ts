import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.ts';

/** Throws `OperatorError` for what is there: it may hold the secrets of a running fleet. */
export async function demandAbsent(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new OperatorError(
    `${path} is there already and is not overwritten: its secrets may be those of a running fleet. Move it away first.`,
  );
}

/** A new file of this mode, whatever the umask says. */
export async function writeNew(path: string, text: string, mode: number): Promise<void> {
  await writeFile(path, text, { mode, flag: 'wx' });
  await chmod(path, mode);
}

/** A new folder of files that whoever reaches it may read. */
export async function writeOpenFolder(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  for (const [name, text] of Object.entries(files)) await writeNew(join(directory, name), text, 0o444);
}
