import { chown, writeFile } from 'node:fs/promises';
import type { ServerAccount } from './server-account.ts';

/** Writes a file that only the data server's user may read. */
export async function writeOwned(path: string, text: string, account: ServerAccount | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (account) await chown(path, account.uid, account.gid);
}
