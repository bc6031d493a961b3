import { createHash } from 'node:crypto';

/** Below every UUIDv7 made at or after this time. */
export const earliestUuidv7 = (unixMs: number): string => {
  const time = Math.max(0, Math.floor(unixMs)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
};

/** The first 32 bits of an id: of a UUIDv7 its time in steps of 65.536 s. */
export const idPeriod = (eventId: string): string => eventId.slice(0, 8);

/** The lowest id of the period of `eventId`. */
export const periodStart = (eventId: string): string => `${idPeriod(eventId)}-0000-0000-0000-000000000000`;

/**
 * The id of what is no readable event: a UUIDv7 by its shape, of the year 1970 and the SHA-256 of its bytes, so that the same
 * bytes are the same dead letter at every delivery.
 */
export function unreadableEventId(bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const variant = ((Number.parseInt(hash.slice(3, 5), 16) & 0x3f) | 0x80).toString(16);
  return `00000000-0000-7${hash.slice(0, 3)}-${variant}${hash.slice(5, 7)}-${hash.slice(7, 19)}`;
}
