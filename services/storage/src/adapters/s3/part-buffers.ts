/** Nobody gave a buffer back in time. */
export class NoBufferError extends Error {
  override readonly name = 'NoBufferError';
}

/** Buffers of one size that are lent and given back: what uploads hold in memory is bounded, however many there are. */
export interface PartBuffers {
  readonly bytes: number;
  /** Waits, first come first served, until one is free. Throws `NoBufferError` when that takes too long. */
  readonly take: () => Promise<Buffer>;
  readonly give: (buffer: Buffer) => void;
}

export function createPartBuffers(bytes: number, count: number, waitMs: number): PartBuffers {
  const free: Buffer[] = [];
  const waiting = new Set<(buffer: Buffer) => void>();
  let made = 0;
  return {
    bytes,
    take: async () => {
      const known = free.pop();
      if (known) return known;
      if (made < count) {
        made++;
        return Buffer.allocUnsafeSlow(bytes);
      }
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      waiting.add(resolve);
      const deadline = setTimeout(() => {
        waiting.delete(resolve);
        reject(new NoBufferError('all buffers are in use'));
      }, waitMs);
      return promise.finally(() => clearTimeout(deadline));
    },
    give: (buffer) => {
      const [next] = waiting;
      if (!next) {
        free.push(buffer);
        return;
      }
      waiting.delete(next);
      next(buffer);
    },
  };
}
