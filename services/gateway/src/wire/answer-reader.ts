import type { Headers } from '../domain/headers.ts';
import { WireError } from './answer.ts';
import { readHead } from './answer-head.ts';
import { TEXT, TOKEN } from './grammar.ts';

/** Node reads no longer ones either. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Of a chunk's size and what may stand beside it. */
const MAX_SIZE_LINE_BYTES = 1_024;

const HEAD_END = '\r\n\r\n';
/** Hexadecimal digits and what extends them, of which nothing is known here (RFC 9112, section 7.1.1). */
const SIZE_LINE = new RegExp(
  `^([\\da-f]{1,12})(?:;${TOKEN}(?:=(?:${TOKEN}|"[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]*"))?)*$`,
  'i',
);
const TRAILER = new RegExp(`^${TOKEN}:[${TEXT}]*$`);

const NO_BYTES = Buffer.alloc(0);

/** Hears of an answer piece by piece. */
export interface AnswerParts {
  readonly head: (status: number, headers: Headers) => void;
  /** Part of what was read: whoever keeps it copies it. */
  readonly data: (bytes: Buffer) => void;
}

type Stage = 'head' | 'length' | 'until_close' | 'size' | 'chunk' | 'chunk_end' | 'trailer' | 'end';

/**
 * Reads the answers of one connection, one after the other. Bytes that do not make a whole yet, of a head or a line, are kept for
 * the next ones.
 */
export class AnswerReader {
  readonly #parts: AnswerParts;
  readonly #longestMs: number;
  #method = '';
  #stage: Stage = 'end';
  /** Of the body, or of the chunk, how much is missing. */
  #missingBytes = 0;
  #trailerBytes = 0;
  /** Bytes of a head or a line that is not whole yet, in a place that grows. */
  #kept = NO_BYTES;
  #keptBytes = 0;
  /** For how long the connection may be used after this answer. */
  reusableMs = 0;

  /** `longestMs` is how long a connection may be used again, whatever an instance says. */
  constructor(parts: AnswerParts, longestMs: number) {
    this.#parts = parts;
    this.#longestMs = longestMs;
  }

  /** The next bytes are the answer to a request of this method. */
  expect(method: string): void {
    this.#method = method;
    this.#stage = 'head';
    this.#kept = NO_BYTES;
    this.#keptBytes = 0;
  }

  get hasHead(): boolean {
    return this.#stage !== 'head';
  }

  /** Whether the answer is whole, and whether something came behind it. Throws `WireError` for what is no HTTP. */
  read(bytes: Buffer): 'more' | 'whole' | 'surplus' {
    const all = this.#joined(bytes);
    // What was kept has no end in it.
    let soughtBytes = Math.max(0, this.#keptBytes - HEAD_END.length);
    this.#keptBytes = 0;
    let at = 0;
    while (at < all.length && this.#stage !== 'end') {
      const next = this.#step(all, at, soughtBytes);
      if (next === undefined) {
        this.#keep(all, at);
        return 'more';
      }
      at = next;
      soughtBytes = 0;
    }
    if (this.#stage !== 'end') return 'more';
    return at < all.length ? 'surplus' : 'whole';
  }

  /** The instance has closed: true when that is where the answer ends. */
  close(): boolean {
    const isWhole = this.#stage === 'until_close';
    this.#stage = 'end';
    return isWhole;
  }

  /** What was kept and what came. */
  #joined(bytes: Buffer): Buffer {
    if (this.#keptBytes === 0) return bytes;
    const length = this.#keptBytes + bytes.length;
    if (length > this.#kept.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      this.#kept.copy(larger, 0, 0, this.#keptBytes);
      this.#kept = larger;
    }
    bytes.copy(this.#kept, this.#keptBytes);
    return this.#kept.subarray(0, length);
  }

  /** A copy, unless they are kept already: what was read into is read into again. */
  #keep(all: Buffer, at: number): void {
    this.#keptBytes = all.length - at;
    const isKept = at === 0 && all.buffer === this.#kept.buffer && all.byteOffset === this.#kept.byteOffset;
    if (!isKept) this.#kept = Buffer.from(all.subarray(at));
  }

  /** Where to go on from; undefined when more is needed first. So many bytes from there are known to have no end in them. */
  #step(all: Buffer, at: number, soughtBytes: number): number | undefined {
    switch (this.#stage) {
      case 'head':
        return this.#readHead(all, at, soughtBytes);
      case 'length':
        return this.#readBody(all, at, 'end');
      case 'chunk':
        return this.#readBody(all, at, 'chunk_end');
      case 'until_close':
        this.#parts.data(all.subarray(at));
        return all.length;
      case 'size':
        return this.#readSize(all, at, soughtBytes);
      case 'chunk_end':
        return this.#readChunkEnd(all, at);
      case 'trailer':
        return this.#readTrailer(all, at, soughtBytes);
      case 'end':
        return at;
    }
  }

  #readHead(all: Buffer, at: number, soughtBytes: number): number | undefined {
    const end = all.indexOf(HEAD_END, at + soughtBytes, 'latin1');
    if ((end === -1 ? all.length : end) - at > MAX_HEAD_BYTES) throw new WireError('BAD_ANSWER', 'a head too long');
    if (end === -1) return undefined;
    const head = readHead(all.toString('latin1', at, end + 2), this.#method, this.#longestMs);
    const { status, headers, framing, reusableMs } = head;
    this.reusableMs = reusableMs;
    if (framing.kind === 'length') this.#missingBytes = framing.bytes;
    this.#parts.head(status, headers);
    if (status < 200) return end + 4; // the answer is still to come
    if (framing.kind === 'chunked') this.#stage = 'size';
    else if (framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)) this.#stage = 'end';
    else this.#stage = framing.kind;
    return end + 4;
  }

  #readBody(all: Buffer, at: number, next: Stage): number {
    const end = Math.min(all.length, at + this.#missingBytes);
    this.#missingBytes -= end - at;
    if (this.#missingBytes === 0) this.#stage = next;
    this.#parts.data(at === 0 && end === all.length ? all : all.subarray(at, end));
    return end;
  }

  /** A line without its end, and where the next one begins. */
  #line(
    all: Buffer,
    at: number,
    soughtBytes: number,
    maxBytes: number,
  ): readonly [line: string, next: number] | undefined {
    const end = all.indexOf('\r\n', at + soughtBytes, 'latin1');
    if ((end === -1 ? all.length : end) - at > maxBytes) throw new WireError('BAD_ANSWER', 'a line too long');
    return end === -1 ? undefined : [all.toString('latin1', at, end), end + 2];
  }

  #readSize(all: Buffer, at: number, soughtBytes: number): number | undefined {
    const found = this.#line(all, at, soughtBytes, MAX_SIZE_LINE_BYTES);
    if (!found) return undefined;
    const [line, next] = found;
    const [, digits] = SIZE_LINE.exec(line) ?? [];
    if (digits === undefined) throw new WireError('BAD_ANSWER', 'a size of a chunk that is none');
    this.#missingBytes = Number.parseInt(digits, 16);
    this.#trailerBytes = 0;
    this.#stage = this.#missingBytes === 0 ? 'trailer' : 'chunk';
    return next;
  }

  #readChunkEnd(all: Buffer, at: number): number | undefined {
    if (all.length - at < 2) return undefined;
    if (all[at] !== 13 || all[at + 1] !== 10) throw new WireError('BAD_ANSWER', 'a chunk longer than it said');
    this.#stage = 'size';
    return at + 2;
  }

  /** Read past: whoever has the head already could not be told. */
  #readTrailer(all: Buffer, at: number, soughtBytes: number): number | undefined {
    const found = this.#line(all, at, soughtBytes, MAX_HEAD_BYTES - this.#trailerBytes);
    if (!found) return undefined;
    const [line, next] = found;
    if (line !== '' && !TRAILER.test(line)) throw new WireError('BAD_ANSWER', 'a trailer that is none');
    this.#trailerBytes += next - at;
    if (line === '') this.#stage = 'end';
    return next;
  }
}
