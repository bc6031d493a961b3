import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  /** Folder and file, such as `alert/0001-alerts`. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text, in hexadecimal. */
  readonly checksum: string;
}

/** The migrations of several folders, in the order given, each folder in file-name order. */
export async function readMigrations(directories: readonly URL[]): Promise<readonly Migration[]> {
  const perFolder = directories.map(async (directory) => {
    const folder = fileURLToPath(directory);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
    return Promise.all(files.map((file) => readMigration(folder, file)));
  });
  return (await Promise.all(perFolder)).flat();
}

async function readMigration(folder: string, file: string): Promise<Migration> {
  const text = await readFile(join(folder, file), 'utf8');
  return {
    name: `${basename(dirname(folder.replace(/\/$/, '')))}/${basename(file, '.sql')}`,
    text,
    checksum: createHash('sha256').update(text).digest('hex'),
  };
}

/** Names of what was applied with another text than its file has now, or whose file is gone. */
export function driftOf(applied: ReadonlyMap<string, string>, migrations: readonly Migration[]): readonly string[] {
  const files = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  return [...applied].filter(([name, checksum]) => files.get(name) !== checksum).map(([name]) => name);
}
