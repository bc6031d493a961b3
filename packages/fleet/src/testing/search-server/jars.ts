import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** One jar of the search server. */
export interface Jar {
  readonly sha256: string;
  readonly organisation: string;
  readonly name: string;
  readonly revision: string;
}

/** The release that `jars.txt` lists. */
export const OPENSEARCH_VERSION = '2.19.6';

/** A line a jar: sha256, organisation, name, revision. Everything the server needs, so nothing is resolved at run time. */
export async function listJars(): Promise<readonly Jar[]> {
  const text = await readFile(new URL('jars.txt', import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [sha256 = '', organisation = '', name = '', revision = ''] = line.split(' ');
      return { sha256, organisation, name, revision };
    });
}

export const fileOf = ({ name, revision }: Jar): string => `${name}-${revision}.jar`;

/** Whether `folder` holds this very jar. */
export async function isIntact(folder: string, jar: Jar): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(join(folder, fileOf(jar))), hash);
  } catch {
    return false; // not there
  }
  return hash.digest('hex') === jar.sha256;
}
