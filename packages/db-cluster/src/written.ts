import type { LogPosition } from './lsn.ts';

/** The position in the log that covers everything this process has written. */
export interface Written {
  /** A write ended whose position is not known. */
  readonly ended: () => void;
  readonly committed: (position: LogPosition | undefined) => void;
  /** Of the transactions alone; nobody is asked. */
  readonly committedPosition: () => LogPosition | undefined;
  /** Asks the primary only when a write has ended since it was last asked; undefined when nothing was written. */
  readonly position: () => Promise<LogPosition | undefined>;
}

const isLater = (one: LogPosition, other: LogPosition): boolean =>
  one.timeline > other.timeline || (one.timeline === other.timeline && one.lsn > other.lsn);

export function trackWritten(askPosition: () => Promise<LogPosition | undefined>): Written {
  let latest: LogPosition | undefined;
  /** Writes whose position is not known, and how many of them `latest` covers. */
  let unknown = 0;
  let covered = 0;
  const raise = (position: LogPosition | undefined): void => {
    if (position && (!latest || isLater(position, latest))) latest = position;
  };
  const ended = (): void => {
    unknown += 1;
  };
  return {
    ended,
    committed: (position) => (position === undefined ? ended() : raise(position)),
    committedPosition: () => latest,
    position: async () => {
      const seen = unknown;
      if (covered < seen) {
        // Only writes that ended before the question are covered by its answer; others may end meanwhile.
        raise(await askPosition());
        covered = Math.max(covered, seen);
      }
      return latest;
    },
  };
}
