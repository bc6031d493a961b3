import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyRingData, newKey, sealingKeyId } from '@soc/messaging';
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

/** Every service has read a new key by then, 20 times over: services look every 3 s. */
const ACTIVE_AFTER_MS = 60_000;

/**
 * Adds a fresh key, which opens from now on and seals once `activeAfterMs` are over, 60 s by default; the others still open.
 * Nothing is sealed under a key that a peer cannot have read yet. Throws `OperatorError` while an earlier rotation waits.
 */
export async function rotateBusKeys(
  dataDirectory: string,
  {
    activeAfterMs = ACTIVE_AFTER_MS,
    nowMs = Date.now(),
  }: { readonly activeAfterMs?: number; readonly nowMs?: number } = {},
): Promise<{ readonly id: string; readonly activeFrom: number }> {
  const ring = await readBusKeys(dataDirectory);
  const { keys, next } = ring;
  if (next && nowMs < next.activeFrom) {
    throw new OperatorError(`${next.id} seals from ${new Date(next.activeFrom).toISOString()}; rotate after that.`);
  }
  const numbers = Object.keys(keys).map((each) => Number(/^k(\d+)$/.exec(each)?.[1] ?? 0));
  const id = `k${Math.max(0, ...numbers) + 1}`;
  const activeFrom = nowMs + activeAfterMs;
  await replace(dataDirectory, {
    current: sealingKeyId(ring, nowMs),
    keys: { ...keys, [id]: newKey() },
    next: { id, activeFrom },
  });
  return { id, activeFrom };
}

/**
 * Takes a key out of the ring: what it sealed opens no more. Throws `OperatorError` for the key that seals, for one that is
 * to, and for an unknown one.
 */
export async function retireBusKey(dataDirectory: string, id: string, nowMs = Date.now()): Promise<void> {
  const ring = await readBusKeys(dataDirectory);
  const { keys, next } = ring;
  const current = sealingKeyId(ring, nowMs);
  if (id === current) throw new OperatorError(`${id} seals what is published now; rotate first.`);
  if (id === next?.id) throw new OperatorError(`${id} is the next to seal.`);
  if (!Object.hasOwn(keys, id)) {
    throw new OperatorError(`There is no key ${id}; there are ${Object.keys(keys).join(', ')}.`);
  }
  await replace(dataDirectory, {
    current,
    keys: Object.fromEntries(Object.entries(keys).filter(([each]) => each !== id)),
    ...(next && next.id !== current && { next }),
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
