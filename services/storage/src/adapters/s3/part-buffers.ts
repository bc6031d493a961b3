/** Buffers of one size that are lent and given back: what uploads hold in memory is bounded, however many there are. */
export interface PartBuffers {
  readonly bytes: number;
  /** Waits, first come first served, until one is free. */
  readonly take: () => Promise<Buffer>;
  readonly give: (buffer: Buffer) => void;
}

export function createPartBuffers(bytes: number, count: number): PartBuffers {
  const free: Buffer[] = [];
  const waiting: ((buffer: Buffer) => void)[] = [];
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
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      waiting.push(resolve);
      return promise;
    },
    give: (buffer) => {
      const next = waiting.shift();
      if (next) next(buffer);
      else free.push(buffer);
    },
  };
}
