/** What has been read of one stream and not been handled, oldest first. Ids are `<ms>-<seq>`. */
export interface ReadAhead<E extends { readonly id: string }> {
  readonly entries: readonly E[];
  /** Whether the stream may hold more than was read of it. */
  readonly hasMore: boolean;
}

export interface Merge<E> {
  /** Per stream how many of its entries, from the oldest, nothing unread can precede. */
  readonly ready: readonly number[];
  readonly entries: readonly E[];
}

const msOf = ({ id }: { readonly id: string }): number => Number(id.slice(0, id.indexOf('-')));

/** Up to when all streams are known: what is not read of any is no older. */
const knownUntilMs = <E extends { readonly id: string }>(streams: readonly ReadAhead<E>[]): number =>
  Math.min(
    ...streams.map(({ entries, hasMore }) => {
      const last = entries.at(-1);
      return hasMore && last ? msOf(last) : Number.POSITIVE_INFINITY;
    }),
  );

/**
 * Which entries of several streams may be handled now, so that an event is never handled before an earlier one that lies in
 * another stream. All were read in one command, so whatever precedes an entry was there to be read; only of a stream that
 * holds more than was read can an earlier entry be missing, and then one no older than the last that was read of it. A
 * stream alone is in order as it is.
 */
export function mergeStreams<E extends { readonly id: string }>(streams: readonly ReadAhead<E>[]): Merge<E> {
  const boundMs = streams.length === 1 ? Number.POSITIVE_INFINITY : knownUntilMs(streams);
  const ready = streams.map(({ entries }) => {
    const blocked = entries.findIndex((entry) => msOf(entry) >= boundMs);
    return blocked === -1 ? entries.length : blocked;
  });
  const entries = streams.flatMap((stream, index) => stream.entries.slice(0, ready[index]));
  return { ready, entries: entries.toSorted((a, b) => msOf(a) - msOf(b)) };
}

/**
 * Streams to read from next: those with room, and of the others those whose last entry is the oldest, which hold all up. They
 * hold little but entries of one millisecond, so they stay small.
 */
export function streamsToRead<E extends { readonly id: string }>(
  streams: readonly ReadAhead<E>[],
  room: number,
): readonly number[] {
  const full = streams.map(({ entries }) => (entries.length < room ? [] : [{ entries, hasMore: true }]));
  const oldestMs = knownUntilMs(full.flat());
  return full.flatMap((stream, index) => (stream.length === 0 || knownUntilMs(stream) === oldestMs ? [index] : []));
}
