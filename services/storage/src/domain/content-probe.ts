import { type Finding, HEAD_BYTES, inspectContent, TAIL_BYTES } from './inspect-content.ts';

/** Remembers the first and the last bytes of what passes by, in constant memory. */
export interface ContentProbe {
  readonly see: (chunk: Buffer) => void;
  readonly find: (claimedType: string) => Finding;
}

export function createContentProbe(): ContentProbe {
  const head = Buffer.alloc(HEAD_BYTES);
  // A ring: the newest byte stands before `next`.
  const ring = Buffer.alloc(TAIL_BYTES);
  let sizeBytes = 0;
  let next = 0;

  const remember = (chunk: Buffer): void => {
    const last = chunk.subarray(Math.max(0, chunk.length - ring.length));
    const first = last.copy(ring, next);
    last.copy(ring, 0, first);
    next = (next + last.length) % ring.length;
  };
  return {
    see: (chunk) => {
      if (sizeBytes < head.length) chunk.copy(head, sizeBytes);
      remember(chunk);
      sizeBytes += chunk.length;
    },
    find: (claimedType) => {
      const isFull = sizeBytes >= ring.length;
      const tail = isFull ? Buffer.concat([ring.subarray(next), ring.subarray(0, next)]) : ring.subarray(0, next);
      return inspectContent({
        head: head.subarray(0, Math.min(sizeBytes, head.length)),
        tail,
        sizeBytes,
        claimedType,
      });
    },
  };
}
