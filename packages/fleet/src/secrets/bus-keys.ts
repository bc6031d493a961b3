import { KeyRingData, newKey } from '@soc/messaging';
import { type KeyRingKind, keyRingPath, readKeyRing, retireKey, rotateKeyRing } from './key-ring-file.ts';

/** Its name in the folder of the secrets. */
export const BUS_KEY_RING = 'bus-key-ring.json';

/** The keys that events are sealed with. */
export const busKeys: KeyRingKind<KeyRingData> = {
  fileName: BUS_KEY_RING,
  schema: KeyRingData,
  newKey,
  does: 'seals',
  toDo: 'seal',
  // What is under way, dead letters included, is for whoever retires to think of.
  retireAfterMs: 0,
};

/** The ring of a data directory. Throws `OperatorError` when there is none, or it does not fit. */
export const readBusKeys = (dataDirectory: string): Promise<KeyRingData> => readKeyRing(dataDirectory, busKeys);

/** The file of a data directory's ring. */
export const busKeyRingPath = (dataDirectory: string): string => keyRingPath(dataDirectory, busKeys);

/** Adds a key; see `rotateKeyRing`. */
export const rotateBusKeys = (dataDirectory: string, when: Parameters<typeof rotateKeyRing>[2] = {}) =>
  rotateKeyRing(dataDirectory, busKeys, when);

/** Takes a key out: what it sealed opens no more. See `retireKey`. */
export const retireBusKey = (dataDirectory: string, id: string, nowMs = Date.now()): Promise<void> =>
  retireKey(dataDirectory, busKeys, id, { nowMs });
