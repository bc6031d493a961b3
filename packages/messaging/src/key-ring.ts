import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';

const KEY_BYTES = 32;

const KeyId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'a key id is 1 to 32 letters, digits, _ or -');
const Key = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES, 'a key is 32 bytes in base64');

/** A key ring as it is kept in its file: the key that seals, and every key that still opens. */
export const KeyRingData = z
  .object({ current: KeyId, keys: z.record(KeyId, Key) })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), 'the current key is not among the keys');
export type KeyRingData = z.infer<typeof KeyRingData>;

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
  /** Looks for keys that were added meanwhile; never throws. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
}

/** A new ring with one fresh key. */
export const newKeyRing = (id = 'k1'): KeyRingData => ({ current: id, keys: { [id]: newKey() } });

/** 32 random bytes in base64. */
export const newKey = (): string => randomBytes(KEY_BYTES).toString('base64');

/** The keys of a ring, ready for use. */
export function loadKeys({ current, keys }: KeyRingData): Pick<KeyRing, 'current' | 'find'> {
  const loaded = new Map(
    Object.entries(keys).map(([id, text]) => [id, createSecretKey(Buffer.from(text, 'base64'))] as const),
  );
  // `KeyRingData` says that the current key is among the keys.
  const sealing: RingKey = { id: current, key: loaded.get(current) as KeyObject };
  return { current: () => sealing, find: (id) => loaded.get(id) };
}

/** A ring that never changes, for tests and benchmarks; a service opens its file with `openKeyRingFile`. */
export const createKeyRing = (data: KeyRingData): KeyRing => ({
  ...loadKeys(KeyRingData.parse(data)),
  refresh: () => Promise.resolve(),
  close: () => undefined,
});
