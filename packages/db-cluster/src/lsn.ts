/** A PostgreSQL write-ahead-log position as a number of bytes. */
export type Lsn = bigint;

const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** Parses `16/B374D848`; undefined for anything else. */
export function parseLsn(text: string): Lsn | undefined {
  const match = LSN.exec(text);
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : undefined;
}

const formatLsn = (lsn: Lsn): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();

/** The opaque text a client carries to see its own writes. */
export const encodeConsistencyToken = (lsn: Lsn): string => Buffer.from(`v1:${formatLsn(lsn)}`).toString('base64url');

/** The position a token stands for; undefined when it is not one of ours (then a read simply may lag). */
export function decodeConsistencyToken(token: string): Lsn | undefined {
  const [version, lsn = ''] = Buffer.from(token, 'base64url').toString().split(':');
  return version === 'v1' ? parseLsn(lsn) : undefined;
}
