import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { OperatorError } from '../operator-error.ts';

/** What every ring has: a key that is in use, keys that still count, and perhaps the next one to be used. */
export interface KeyRing {
  readonly current: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly next?: { readonly id: string; readonly activeFrom: number } | undefined;
}

/** A kind of ring in the folder of the secrets, and how its keys are spoken of. */
export interface KeyRingKind<Ring extends KeyRing> {
  readonly fileName: string;
  readonly schema: z.ZodType<Ring>;
  readonly newKey: () => string | Promise<string>;
  /** What the key in use does: `seals`. */
  readonly does: string;
  /** The same of one to be used: `seal`. */
  readonly toDo: string;
  /** From a rotation until the key before may be retired. */
  readonly retireAfterMs: number;
}

/** When a key is used, and what it is called. */
export interface Rotation {
  readonly id: string;
  readonly activeFrom: number;
}

/** The file of a data directory's ring. */
export const keyRingPath = (dataDirectory: string, { fileName }: { readonly fileName: string }): string =>
  join(dataDirectory, 'secrets', fileName);

/** The id of the key that is in use. */
export const keyInUse = ({ current, next }: KeyRing, unixMs: number): string =>
  next && unixMs >= next.activeFrom ? next.id : current;

/** The ring of a data directory. Throws `OperatorError` when there is none, or it does not fit. */
export async function readKeyRing<Ring extends KeyRing>(dataDirectory: string, kind: KeyRingKind<Ring>): Promise<Ring> {
  const path = keyRingPath(dataDirectory, kind);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new OperatorError(`There is no key ring at ${path}; soc up makes it.`, { cause: error });
  });
  const parsed = kind.schema.safeParse(parse(text));
  if (!parsed.success) throw new OperatorError(`The key ring at ${path} does not fit.`, { cause: parsed.error });
  return parsed.data;
}

/** Every service has read a new key by then, 20 times over: services look every 3 s. */
const ACTIVE_AFTER_MS = 60_000;

/**
 * Adds a fresh key, which counts from now on and is used once `activeAfterMs` are over, 60 s by default; the others still
 * count. No key is used that a peer cannot have read yet. Throws `OperatorError` while an earlier rotation waits.
 */
export async function rotateKeyRing<Ring extends KeyRing>(
  dataDirectory: string,
  kind: KeyRingKind<Ring>,
  {
    activeAfterMs = ACTIVE_AFTER_MS,
    nowMs = Date.now(),
  }: { readonly activeAfterMs?: number; readonly nowMs?: number } = {},
): Promise<Rotation> {
  const ring = await readKeyRing(dataDirectory, kind);
  const { keys, next } = ring;
  if (next && nowMs < next.activeFrom) {
    throw new OperatorError(
      `${next.id} ${kind.does} from ${new Date(next.activeFrom).toISOString()}; rotate after that.`,
    );
  }
  const numbers = Object.keys(keys).map((each) => Number(/^k(\d+)$/.exec(each)?.[1] ?? 0));
  const id = `k${Math.max(0, ...numbers) + 1}`;
  const activeFrom = nowMs + activeAfterMs;
  const rotated = {
    current: keyInUse(ring, nowMs),
    keys: { ...keys, [id]: await kind.newKey() },
    next: { id, activeFrom },
  };
  await replace(keyRingPath(dataDirectory, kind), rotated);
  return { id, activeFrom };
}

/**
 * Takes a key out of the ring: what was made with it counts no more. Throws `OperatorError` for the key in use, for the next
 * one, for an unknown one, and, unless `isUrgent`, for one whose work may still be about.
 */
export async function retireKey<Ring extends KeyRing>(
  dataDirectory: string,
  kind: KeyRingKind<Ring>,
  id: string,
  { nowMs = Date.now(), isUrgent = false }: { readonly nowMs?: number; readonly isUrgent?: boolean } = {},
): Promise<void> {
  const ring = await readKeyRing(dataDirectory, kind);
  const { keys, next } = ring;
  const current = keyInUse(ring, nowMs);
  if (id === current) throw new OperatorError(`${id} ${kind.does} now; rotate first.`);
  if (id === next?.id) throw new OperatorError(`${id} is the next to ${kind.toDo}.`);
  if (!Object.hasOwn(keys, id)) {
    throw new OperatorError(`There is no key ${id}; there are ${Object.keys(keys).join(', ')}.`);
  }
  const retirableAt = (next?.activeFrom ?? 0) + kind.retireAfterMs;
  if (!isUrgent && kind.retireAfterMs > 0 && nowMs < retirableAt) {
    throw new OperatorError(
      `What ${id} made may be in use until ${new Date(retirableAt).toISOString()}; or say --now.`,
    );
  }
  await replace(keyRingPath(dataDirectory, kind), {
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
async function replace(path: string, ring: KeyRing): Promise<void> {
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
