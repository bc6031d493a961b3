import type { Readable } from 'node:stream';
import { createContentHash } from '@soc/audit/custody';
import type { ContentHashes, ContentOptions } from './ports/object-store.ts';

export type Received =
  | ({ readonly ok: true; readonly sizeBytes: number } & ContentHashes)
  | { readonly ok: false; readonly refusal: 'too_large' | 'wrong_hash' };

export interface ReceiveLimits extends ContentOptions {
  readonly maxBytes: number;
  readonly idleTimeoutMs: number;
}

/** Hands the chunks of a source to `write`, at most `maxBytes`; false when there are more. A silent source is destroyed. */
export async function receiveChunks(
  source: Readable,
  { maxBytes, idleTimeoutMs }: Pick<ReceiveLimits, 'maxBytes' | 'idleTimeoutMs'>,
  write: (chunk: Buffer) => Promise<unknown>,
): Promise<boolean> {
  const idle = setTimeout(() => source.destroy(new Error('nothing came in time')), idleTimeoutMs);
  let sizeBytes = 0;
  try {
    // The source stays open when we stop early: it is a request that still needs its answer.
    const chunks: AsyncIterable<Buffer> = source.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      idle.refresh();
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) return false;
      await write(chunk);
    }
    return true;
  } finally {
    clearTimeout(idle);
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
  }
  return hash.digest();
}
