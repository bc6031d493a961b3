import { hash } from 'node:crypto';

const LEAF = Buffer.from([0x00]);
const LINK = Buffer.from([0x02]);

const sha256 = (parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** The hash of a record as a leaf of the Merkle tree, RFC 6962 section 2.1: SHA-256 of 0x00 and its canonical text in UTF-8. */
export const leafHash = (body: string): Buffer => sha256([LEAF, Buffer.from(body)]);

/** What the chain is at before the first record: 32 zero bytes. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

/** The chain after one more record: SHA-256 of 0x02, the chain before it, and the record's leaf hash. */
export const nextLink = (chain: Uint8Array, leaf: Uint8Array): Buffer => sha256([LINK, chain, leaf]);
