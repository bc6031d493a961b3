/** Why bytes of a stream became no message. */
export type FrameLoss = 'too_long' | 'cut_off';

export interface FrameDecoder {
  /** The messages that the chunk completes. */
  readonly push: (chunk: Buffer) => readonly Buffer[];
  /** What is left when the stream ends: a last line without its line end is a message, half a counted frame is none. */
  readonly end: () => readonly Buffer[];
}

/** Digits of a count; more of them is no frame. */
const COUNT_DIGITS = 8;
const [LF, BLANK, ZERO, NINE] = [0x0a, 0x20, 0x30, 0x39] as const;

/**
 * Takes a stream apart into messages, each framed by itself as RFC 6587 allows: a count and a blank before it, or a line end
 * after it. It never holds more than one message of `maxBytes` and a chunk; of a longer one nothing is kept, `onLoss` is
 * told, and the next message is found behind it.
 */
export function createFrameDecoder(maxBytes: number, onLoss: (loss: FrameLoss) => void): FrameDecoder {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of a counted message that is too long, still to be thrown away; infinite up to the next line end. */
  let skipBytes = 0;

  const skip = (): boolean => {
    if (skipBytes === 0) return true;
    const lineEnd = skipBytes === Number.POSITIVE_INFINITY ? held.indexOf(LF) : -1;
    if (lineEnd >= 0) {
      held = held.subarray(lineEnd + 1);
      skipBytes = 0;
      return true;
    }
    const skipped = Math.min(skipBytes, held.length);
    held = held.subarray(skipped);
    skipBytes -= skipped;
    return skipBytes === 0;
  };

  /** One message, `lost` for one that is too long, undefined when more bytes are needed. */
  const next = (): Buffer | 'lost' | undefined => {
    const counted = readCount(held);
    if (counted === 'unfinished') return undefined;
    const lineEnd = counted ? -1 : held.indexOf(LF);
    const [start, end] = counted ? [counted.start, counted.start + counted.bytes] : [0, lineEnd];
    if (counted ? counted.bytes > maxBytes : (lineEnd < 0 ? held.length : lineEnd) > maxBytes) {
      onLoss('too_long');
      skipBytes = counted ? end : Number.POSITIVE_INFINITY;
      return 'lost';
    }
    if (end < 0 || held.length < end) return undefined;
    const message = held.subarray(start, end);
    held = held.subarray(counted ? end : end + 1);
    return message;
  };

  const drain = (): readonly Buffer[] => {
    const messages: Buffer[] = [];
    while (skip()) {
      const message = held.length === 0 ? undefined : next();
      if (message === undefined) break;
      if (message !== 'lost' && !isBlank(message)) messages.push(message);
    }
    return messages;
  };

  return {
    push: (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const messages = drain();
      // A copy, so that a few bytes do not keep a large chunk alive.
      held = Buffer.from(held);
      return messages;
    },
    end: () => {
      if (held.length === 0 || skipBytes > 0) return [];
      const left = held;
      held = Buffer.alloc(0);
      if (readCount(left) === null) return isBlank(left) ? [] : [left];
      onLoss('cut_off');
      return [];
    },
  };
}

const isBlank = (message: Buffer): boolean => message.every((byte) => byte <= BLANK);

/** The count a frame begins with; null where it begins with none, as a message framed by its line end does. */
function readCount(bytes: Buffer): { readonly start: number; readonly bytes: number } | 'unfinished' | null {
  let at = 0;
  while (at < bytes.length && at <= COUNT_DIGITS && isDigit(bytes[at])) at += 1;
  if (at === 0 || at > COUNT_DIGITS || bytes[0] === ZERO) return null;
  if (at === bytes.length) return 'unfinished';
  // Behind the blank of a count stands the message's priority: a line may begin with a number, too.
  if (bytes[at] !== BLANK) return null;
  if (at + 1 === bytes.length) return 'unfinished';
  return bytes[at + 1] === 0x3c ? { start: at + 1, bytes: Number(bytes.toString('latin1', 0, at)) } : null;
}

const isDigit = (byte = 0): boolean => byte >= ZERO && byte <= NINE;
