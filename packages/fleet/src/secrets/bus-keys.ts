import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyRingData, newKey } from '@soc/messaging';
import { OperatorError } from '../operator-error.ts';

/** Its name in the folder of the secrets. */
export const BUS_KEY_RING = 'bus-key-ring.json';

/** The ring of a data directory. Throws `OperatorError` when there is none, or it does not fit. */
export async function readBusKeys(dataDirectory: string): Promise<KeyRingData> {
  const path = busKeyRingPath(dataDirectory);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new OperatorError(`There is no key ring at ${path}; soc up makes it.`, { cause: error });
  });
  const parsed = KeyRingData.safeParse(parse(text));
  if (!parsed.success) throw new OperatorError(`The key ring at ${path} does not fit.`, { cause: parsed.error });
  return parsed.data;
}

/** The file of a data directory's ring. */
export const busKeyRingPath = (dataDirectory: string): string => join(dataDirectory, 'secrets', BUS_KEY_RING);

/** Adds a fresh key, which seals from now on; the others still open. Resolves with its id. */
export async function rotateBusKeys(dataDirectory: string): Promise<string> {
  const { keys } = await readBusKeys(dataDirectory);
  const numbers = Object.keys(keys).map((id) => Number(/^k(\d+)$/.exec(id)?.[1] ?? 0));
  const current = `k${Math.max(0, ...numbers) + 1}`;
  await replace(dataDirectory, { current, keys: { ...keys, [current]: newKey() } });
  return current;
}

/** Takes a key out of the ring: what it sealed opens no more. Throws `OperatorError` for the current key and an unknown one. */
export async function retireBusKey(dataDirectory: string, id: string): Promise<void> {
  const { current, keys } = await readBusKeys(dataDirectory);
  if (id === current) throw new OperatorError(`${id} seals what is published now; rotate first.`);
  if (!Object.hasOwn(keys, id)) {
    throw new OperatorError(`There is no key ${id}; there are ${Object.keys(keys).join(', ')}.`);
  }
  await replace(dataDirectory, {
    current,
    keys: Object.fromEntries(Object.entries(keys).filter(([each]) => each !== id)),
  });
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema
  }
};

/** Moves a new file into place, so that a service never reads half of one; it stays its owner's, whoever rotates. */
async function replace(dataDirectory: string, ring: KeyRingData): Promise<void> {
  const path = busKeyRingPath(dataDirectory);
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(ring, null, 2)}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error: unknown) => {
      throw new OperatorError(`${unfinished} cannot be written; another rotation may be under way.`, { cause: error });
    },
  );
  try {
    const { uid, gid } = await stat(path);
    await chown(unfinished, uid, gid);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
