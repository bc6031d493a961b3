/** A PostgreSQL write-ahead-log position as a number of bytes. */
export type Lsn = bigint;

const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** Parses `16/B374D848`; undefined for anything else. */
export function parseLsn(text: string): Lsn | undefined {
  const match = LSN.exec(text);
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : undefined;
}

/** A place in the history of a cluster. A promotion begins a new timeline, which shares what lies before with the old one. */
export interface LogPosition {
  readonly timeline: number;
  readonly lsn: Lsn;
}

/** A position that stands for both, wherever their histories parted. */
export function covering(one: LogPosition | undefined, other: LogPosition | undefined): LogPosition | undefined {
  if (!one || !other) return one ?? other;
  return {
    timeline: Math.max(one.timeline, other.timeline),
    lsn: one.lsn > other.lsn ? one.lsn : other.lsn,
  };
}
