import type { Readable } from 'node:stream';
import { createContentHash } from '@soc/audit/custody';
import { bytesPassed } from './passed-bytes.ts';
import type { ContentHashes, ContentOptions } from './ports/object-store.ts';

export type Received =
  | ({ readonly ok: true; readonly sizeBytes: number } & ContentHashes)
  | { readonly ok: false; readonly refusal: 'too_large' | 'wrong_hash' };

/** A source may take `creditMs` altogether, and wins back what its bytes take at `bytesPerS`, never more than that. */
export interface Pace {
  readonly creditMs: number;
  readonly bytesPerS: number;
}

interface SourceLimits {
  readonly maxBytes: number;
  readonly idleTimeoutMs: number;
  /** None where a slow source costs nothing. */
  readonly pace?: Pace | undefined;
}

export interface ReceiveLimits extends ContentOptions, SourceLimits {}

/** Destroys a source that falls silent or creeps. Only what the source takes counts, not what is done with its chunks. */
function watchSource(source: Readable, { idleTimeoutMs, pace }: SourceLimits) {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let creditMs = pace?.creditMs ?? Infinity;
  return {
    wait: (): void => {
      since = performance.now();
      const end = () => source.destroy(new Error('nothing came in time'));
      timer = setTimeout(end, Math.max(0, Math.min(idleTimeoutMs, creditMs)));
    },
    came: (bytes: number): void => {
      clearTimeout(timer);
      if (!pace) return;
      const wonMs = (bytes / pace.bytesPerS) * 1000;
      creditMs = Math.min(pace.creditMs, creditMs - (performance.now() - since) + wonMs);
    },
    stop: (): void => clearTimeout(timer),
  };
}

/** Hands the chunks of a source to `write`, at most `maxBytes`; false when there are more. A silent source is destroyed. */
export async function receiveChunks(
  source: Readable,
  limits: SourceLimits,
  write: (chunk: Buffer) => Promise<unknown>,
): Promise<boolean> {
  const watch = watchSource(source, limits);
  let sizeBytes = 0;
  try {
    // The source stays open when we stop early: it is a request that still needs its answer.
    const chunks: AsyncIterable<Buffer> = source.iterator({ destroyOnReturn: false });
    watch.wait();
    for await (const chunk of chunks) {
      watch.came(chunk.length);
      sizeBytes += chunk.length;
      if (sizeBytes > limits.maxBytes) return false;
      await write(chunk);
      bytesPassed(chunk.length);
      watch.wait();
    }
    return true;
  } finally {
    watch.stop();
  }
}

const differs = (expected: string | undefined, actual: string): boolean =>
  expected !== undefined && expected !== actual;

/** Whether the hashes are those that were announced. */
export const isExpected = (hashes: ContentHashes, expected: ContentOptions['expected']): boolean =>
  !differs(expected?.sha256, hashes.sha256) && !differs(expected?.blake3, hashes.blake3);

/** Hashes a source while `write` keeps it, in one pass. */
export async function receiveContent(
  source: Readable,
  limits: ReceiveLimits,
  write: (chunk: Buffer) => Promise<unknown>,
): Promise<Received> {
  const hash = createContentHash();
  const isWhole = await receiveChunks(source, limits, async (chunk) => {
    const written = write(chunk);
    // While the chunk is on its way to the store.
    hash.update(chunk);
    limits.observe?.(chunk);
    await written;
  });
  if (!isWhole) return { ok: false, refusal: 'too_large' };
  const hashes = hash.digest();
  return isExpected(hashes, limits.expected) ? { ok: true, ...hashes } : { ok: false, refusal: 'wrong_hash' };
}

/** Hashes what a store gives back. */
export async function hashContent(
  content: Readable,
  observe?: (chunk: Buffer) => void,
): Promise<ContentHashes & { readonly sizeBytes: number }> {
  const hash = createContentHash();
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    observe?.(chunk);
    bytesPassed(chunk.length);
  }
  return hash.digest();
}
