import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';

const KEY_BYTES = 32;

const KeyId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'a key id is 1 to 32 letters, digits, _ or -');
const Key = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES, 'a key is 32 bytes in base64');

/**
 * A key ring as it is kept in its file: the key that seals, and every key that still opens. `next` seals in place of `current`
 * from `activeFrom` on, in Unix milliseconds: by then everybody has read it.
 */
export const KeyRingData = z
  .object({
    current: KeyId,
    keys: z.record(KeyId, Key),
    next: z.object({ id: KeyId, activeFrom: z.number().int().nonnegative() }).optional(),
  })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), 'the current key is not among the keys')
  .refine(({ next, keys }) => !next || Object.hasOwn(keys, next.id), 'the next key is not among the keys');
export type KeyRingData = z.infer<typeof KeyRingData>;

/** The id of the key that seals at `unixMs`. */
export const sealingKeyId = ({ current, next }: Pick<KeyRingData, 'current' | 'next'>, unixMs: number): string =>
  next && unixMs >= next.activeFrom ? next.id : current;

/** One AES-256 key. */
export interface RingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys that events are sealed with. */
export interface KeyRing {
  /** Seals what is published now. */
  readonly current: () => RingKey;
  /** Opens what a key of that id has sealed; undefined when the ring has no such key. */
  readonly find: (id: string) => KeyObject | undefined;
  /** Looks for keys that were added until the call; never throws. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
}

/** A new ring with one fresh key. */
export const newKeyRing = (id = 'k1'): KeyRingData => ({ current: id, keys: { [id]: newKey() } });

/** 32 random bytes in base64. */
export const newKey = (): string => randomBytes(KEY_BYTES).toString('base64');

/** The keys of a ring, ready for use. */
export function loadKeys(data: KeyRingData, nowMs: () => number = Date.now): Pick<KeyRing, 'current' | 'find'> {
  const loaded = new Map(
    Object.entries(data.keys).map(([id, text]) => [id, createSecretKey(Buffer.from(text, 'base64'))] as const),
  );
  return {
    current: () => {
      const id = sealingKeyId(data, nowMs());
      // `KeyRingData` says that the current key and the next are among the keys.
      return { id, key: loaded.get(id) as KeyObject };
    },
    find: (id) => loaded.get(id),
  };
}

/** A ring that never changes, for tests and benchmarks; a service opens its file with `openKeyRingFile`. */
export const createKeyRing = (data: KeyRingData): KeyRing => ({
  ...loadKeys(KeyRingData.parse(data)),
  refresh: () => Promise.resolve(),
  close: () => undefined,
});
