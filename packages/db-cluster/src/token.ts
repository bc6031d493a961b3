import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { InvalidConsistencyTokenError } from './errors.ts';
import type { LogPosition } from './lsn.ts';

/** Makes and reads consistency tokens: a signed position in the log, opaque to whoever carries it. */
export interface TokenCodec {
  readonly encode: (position: LogPosition) => string;
  /** Throws `InvalidConsistencyTokenError` for anything that was not made with one of the keys. */
  readonly decode: (token: string) => LogPosition;
}

const VERSION = 2;
/** version (1), timeline (4), lsn (8) */
const BODY_BYTES = 13;
const SIGNATURE_BYTES = 16;
const TOKEN_BYTES = BODY_BYTES + SIGNATURE_BYTES;
const TOKEN_TEXT = /^[\w-]{39}$/;
const SHORTEST_KEY_BYTES = 32;

/** Reads keys as configured: base64, comma-separated. The first signs, all are believed. Throws when one is shorter than 32 bytes. */
export function parseTokenKeys(text: string): readonly Buffer[] {
  const keys = text.split(',').map((part) => Buffer.from(part.trim(), 'base64'));
  if (keys.some(({ length }) => length < SHORTEST_KEY_BYTES)) {
    throw new Error(`a consistency token key is ${SHORTEST_KEY_BYTES} bytes or more, in base64`);
  }
  return keys;
}

/** Without keys, one is made up: tokens are then good in this process only. */
export function createTokenCodec(keys: readonly Buffer[] = []): TokenCodec {
  const signing = createSecretKey(keys[0] ?? randomBytes(SHORTEST_KEY_BYTES));
  const believed = [signing, ...keys.slice(1).map((key) => createSecretKey(key))];
  return {
    encode: ({ timeline, lsn }) => {
      const token = Buffer.allocUnsafe(TOKEN_BYTES);
      token.writeUInt8(VERSION, 0);
      token.writeUInt32BE(timeline, 1);
      token.writeBigUInt64BE(lsn, 5);
      sign(signing, token.subarray(0, BODY_BYTES)).copy(token, BODY_BYTES);
      return token.toString('base64url');
    },
    decode: (text) => {
      if (!TOKEN_TEXT.test(text)) throw new InvalidConsistencyTokenError('not a consistency token');
      const token = Buffer.from(text, 'base64url');
      const body = token.subarray(0, BODY_BYTES);
      const isOurs = believed.some((key) => timingSafeEqual(sign(key, body), token.subarray(BODY_BYTES)));
      // The last character carries bits beyond the bytes: a token has one spelling.
      if (!isOurs || body[0] !== VERSION || token.toString('base64url') !== text) {
        throw new InvalidConsistencyTokenError('not a consistency token of this cluster');
      }
      return { timeline: token.readUInt32BE(1), lsn: token.readBigUInt64BE(5) };
    },
  };
}

const sign = (key: KeyObject, body: Buffer): Buffer =>
  createHmac('sha256', key).update(body).digest().subarray(0, SIGNATURE_BYTES);
