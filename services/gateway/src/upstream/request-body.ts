import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

/** What a request carries: nothing, bytes that can be sent again, or a stream that cannot. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'held'; readonly bytes: Buffer }
  | { readonly kind: 'streamed'; readonly stream: Readable };

/** Code of the error that ends a streamed body which turns out larger than its endpoint accepts. */
export const BODY_TOO_LARGE = 'SOC_BODY_TOO_LARGE';

class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly code = BODY_TOO_LARGE;
}

/** Bodies up to this size are held: they can be sent again, and no slow client holds a connection to an instance. */
export const HELD_BYTES = 64 * 1024;

/** For so long the rest of a body that was refused is read, so that the client comes to read the answer. */
const LINGER_MS = 2_000;

/** How long is waited for a client. */
export interface Patience {
  /** For the whole of a body that is held. */
  readonly heldMs: number;
  /** For the next piece of one that is streamed; shorter than the services wait, so that it never is their fault. */
  readonly silentMs: number;
}

const PATIENCE: Patience = { heldMs: 60_000, silentMs: 30_000 };

export interface BodyRules {
  readonly mustBeHeld: boolean;
  /** Largest body of the endpoint; one that does not say its length is cut off there. */
  readonly limitBytes: number;
  readonly patience?: Patience;
}

/** Whether a request brings a body, by what its head says. */
export const hasBody = ({ headers }: IncomingMessage): boolean => {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
};

/**
 * Reads a small body whole and leaves a large one to be streamed, unless it `mustBeHeld`: a stranger whose body
 * comes slowly, or never, must not occupy a connection to an instance. Undefined when the client left meanwhile.
 */
export function takeBody(
  request: IncomingMessage,
  { mustBeHeld, limitBytes, patience = PATIENCE }: BodyRules,
): RequestBody | Promise<RequestBody | 'too_large' | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (!hasBody(request)) return { kind: 'none' };
  const isSmall = encoding === undefined && Number(length) <= HELD_BYTES;
  if (!isSmall && !mustBeHeld) return stream(request, limitBytes, patience);
  const bytes = isSmall ? readWhole(request, Number(length)) : null;
  return bytes ? { kind: 'held', bytes } : hold(request, Math.min(limitBytes, HELD_BYTES), patience);
}

/**
 * Often it came with the head, and is here by now: by its framing that is all of it (RFC 9112, section 6.2), though the parser
 * says so only in a moment. Null when some of it is missing.
 */
function readWhole(request: IncomingMessage, lengthBytes: number): Buffer | null {
  if (request.readableLength !== lengthBytes) return null;
  const bytes = request.read() as Buffer | null;
  request.resume(); // to its end, which nobody waits for
  return bytes;
}

function hold(
  request: IncomingMessage,
  limitBytes: number,
  { heldMs }: Patience,
): Promise<RequestBody | 'too_large' | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const tooSlow = setTimeout(() => request.destroy(), heldMs);
  const { promise, resolve } = Promise.withResolvers<RequestBody | 'too_large' | undefined>();
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes) chunks.push(chunk);
    else resolve('too_large');
  });
  request.once('end', () => {
    clearTimeout(tooSlow);
    resolve({ kind: 'held', bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) });
  });
  // After `end` this is too late to matter.
  request.once('close', () => {
    clearTimeout(tooSlow);
    resolve(undefined);
  });
  return promise;
}

/** Between the client and the instance, so that an instance that gives up does not take the client's socket with it. */
function stream(request: IncomingMessage, limitBytes: number, { silentMs }: Patience): RequestBody {
  const between = new PassThrough();
  let sizeBytes = 0;
  const silent = setTimeout(() => {
    // Where the instance does not read on, the client is not to blame.
    if (between.writableNeedDrain) silent.refresh();
    else request.destroy();
  }, silentMs);
  request.on('data', (chunk: Buffer) => {
    silent.refresh();
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes || between.destroyed) return;
    between.destroy(new BodyTooLargeError('the body is larger than the endpoint accepts'));
    // Whoever does not stop for the answer has no end to be waited for.
    const linger = setTimeout(() => request.destroy(), LINGER_MS);
    request.once('close', () => clearTimeout(linger));
  });
  request.once('end', () => clearTimeout(silent));
  // Whoever reads it hears of the error; nobody reads it when no instance could be asked.
  between.on('error', () => undefined);
  request.pipe(between);
  request.once('close', () => {
    clearTimeout(silent);
    if (!request.complete) between.destroy(new Error('the client left in the middle of its body'));
  });
  // Read to its end even when nobody wants it: a connection closed on a client that still sends loses the answer.
  between.once('close', () => request.resume());
  return { kind: 'streamed', stream: between };
}
