import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';
import type { Refusal } from './refusal.ts';

/**
 * A frame is one entry of a stream: 1 to 65,535 events of one type, sealed as a whole with AES-256-GCM.
 *
 *     version 1 · count 2 · key id length 1 · key id · header length 2 · header (JSON) · IV 12 · tag 16 · ciphertext
 *
 * All before the IV is clear but bound as associated data: whoever alters it breaks the tag. Numbers are big-endian.
 */
const VERSION = 1;
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const COUNT_AT = 1;
const KEY_ID_AT = 4;
const LEAST_BYTES = KEY_ID_AT + 2 + IV_BYTES + TAG_BYTES;

/** Travels in the clear, and is to be trusted only of a frame that opened. */
export interface FrameHeader {
  readonly type: string;
  /** The publishing service. */
  readonly source: string;
  /** Unix milliseconds. */
  readonly publishedAt: number;
  /** Stands for the writes that the events tell of, for reads of another service's replica. */
  readonly token?: string | undefined;
}

export interface OpenedFrame {
  readonly ok: true;
  readonly header: FrameHeader;
  /** One JSON text per event. */
  readonly texts: readonly string[];
}

export type FrameOutcome = OpenedFrame | ({ readonly ok: false } & Refusal);

const ivs = Buffer.alloc(IV_BYTES * 512);
let ivAt = ivs.length;

/** 96 random bits, drawn 512 at a time: NIST SP 800-38D §8.2.2 allows 2³² of them under one key. */
function nextIv(): Buffer {
  if (ivAt === ivs.length) {
    randomFillSync(ivs);
    ivAt = 0;
  }
  ivAt += IV_BYTES;
  return ivs.subarray(ivAt - IV_BYTES, ivAt);
}

function clearPart(keyId: string, header: string, count: number): Buffer {
  const headerBytes = Buffer.byteLength(header);
  const clear = Buffer.allocUnsafe(KEY_ID_AT + keyId.length + 2 + headerBytes);
  clear[0] = VERSION;
  clear.writeUInt16BE(count, COUNT_AT);
  clear[KEY_ID_AT - 1] = keyId.length;
  clear.write(keyId, KEY_ID_AT, 'latin1');
  clear.writeUInt16BE(headerBytes, KEY_ID_AT + keyId.length);
  clear.write(header, KEY_ID_AT + keyId.length + 2);
  return clear;
}

/** Seals events of one type under the current key of the ring. A text must not hold a raw line feed; JSON never does. */
export function sealFrame(ring: KeyRing, header: FrameHeader, texts: readonly string[]): Buffer {
  const { id, key } = ring.current();
  const clear = clearPart(id, JSON.stringify(header), texts.length);
  const iv = nextIv();
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(clear);
  const ciphertext = cipher.update(texts.length === 1 ? (texts[0] ?? '') : texts.join('\n'), 'utf8');
  cipher.final(); // a stream cipher holds nothing back; this makes the tag
  return Buffer.concat([clear, iv, cipher.getAuthTag(), ciphertext]);
}

/** How many events a frame says it holds, before it is opened; 1 for what is no frame. */
export const countOf = (frame: Buffer): number => (frame.length < LEAST_BYTES ? 1 : frame.readUInt16BE(COUNT_AT) || 1);

interface Parts {
  readonly keyId: string;
  readonly headerAt: number;
  readonly ivAt: number;
}

function partsOf(frame: Buffer): Parts | Refusal {
  if (frame.length < LEAST_BYTES) return { refusal: 'invalid', reason: 'not a frame: too short' };
  if (frame[0] !== VERSION) return { refusal: 'unknown_version', reason: `unknown frame version ${frame[0]}` };
  const lengthAt = KEY_ID_AT + frame.readUInt8(KEY_ID_AT - 1);
  const headerAt = lengthAt + 2;
  const startsIv = headerAt > frame.length ? Number.NaN : headerAt + frame.readUInt16BE(lengthAt);
  if (!(startsIv + IV_BYTES + TAG_BYTES <= frame.length)) {
    return { refusal: 'invalid', reason: 'not a frame: its parts do not fit into it' };
  }
  return { keyId: frame.toString('latin1', KEY_ID_AT, lengthAt), headerAt, ivAt: startsIv };
}

function decrypt(frame: Buffer, key: KeyObject, from: number): string | undefined {
  const tagAt = from + IV_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, frame.subarray(from, tagAt), { authTagLength: TAG_BYTES });
  decipher.setAAD(frame.subarray(0, from));
  decipher.setAuthTag(frame.subarray(tagAt, tagAt + TAG_BYTES));
  const plaintext = decipher.update(frame.subarray(tagAt + TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined; // the tag does not verify
  }
  return plaintext.toString('utf8');
}

/** Unknown keys are ignored; undefined for what is no header. By hand, for every frame has one. */
function parseHeader(frame: Buffer, from: number, to: number): FrameHeader | undefined {
  const raw = parseJson(frame.toString('utf8', from, to));
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { type, source, publishedAt, token } = raw as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || typeof source !== 'string') return undefined;
  if (typeof publishedAt !== 'number' || !Number.isFinite(publishedAt)) return undefined;
  if (token === undefined) return { type, source, publishedAt };
  return typeof token === 'string' ? { type, source, publishedAt, token } : undefined;
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the caller
  }
};

/** Opens a frame. Nothing of it is believed, nor parsed beyond its lengths, before the tag has verified. Never throws. */
export function openFrame(ring: Pick<KeyRing, 'find'>, frame: Buffer): FrameOutcome {
  const parts = partsOf(frame);
  if ('refusal' in parts) return { ok: false, ...parts };
  const key = ring.find(parts.keyId);
  if (!key) return { ok: false, refusal: 'unknown_key', reason: 'sealed under an unknown key' };
  const plaintext = decrypt(frame, key, parts.ivAt);
  if (plaintext === undefined) return { ok: false, refusal: 'tampered', reason: 'the tag does not verify' };
  const header = parseHeader(frame, parts.headerAt, parts.ivAt);
  const texts = plaintext.split('\n');
  if (!header || texts.length !== frame.readUInt16BE(COUNT_AT)) {
    return { ok: false, refusal: 'invalid', reason: 'the header does not fit' };
  }
  return { ok: true, header, texts };
}
