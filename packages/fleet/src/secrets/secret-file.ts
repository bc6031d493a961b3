import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Reads a secret, or makes and keeps it when there is none: mode 0600 in a folder of mode 0700, written beside and moved
 * into place so that a kill in the middle leaves no half of it.
 */
export async function keepSecret(path: string, create: () => string | Promise<string>): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(unlessMissing);
  if (kept !== undefined) return kept;
  const secret = await create();
  await replaceSecret(path, secret);
  return secret;
}

/** Keeps a secret in place of the one that is there, in the same way. */
export async function replaceSecret(path: string, secret: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.unfinished`, secret, { mode: 0o600 });
  await chmod(`${path}.unfinished`, 0o600);
  await rename(`${path}.unfinished`, path);
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
