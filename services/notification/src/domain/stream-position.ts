const POSITION = /^\d{1,16}-\d{1,10}$/;

/** A place in the live stream: the id of a Redis stream entry, `<ms>-<sequence>`. Undefined for anything else. */
export const streamPosition = (text: unknown): string | undefined =>
  typeof text === 'string' && POSITION.test(text) ? text : undefined;

/** Whether `a` comes after `b`; compared as numbers, not as text. */
export function isAfter(a: string, b: string): boolean {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs === bMs ? aSequence > bSequence : aMs > bMs;
}
