/** Lets loops wait until something has changed. */
export interface Signal {
  readonly fire: () => void;
  /** Resolves at the next `fire`. */
  readonly next: () => Promise<void>;
}

export function createSignal(): Signal {
  let waiting = Promise.withResolvers<void>();
  return {
    fire: () => {
      waiting.resolve();
      waiting = Promise.withResolvers();
    },
    next: () => waiting.promise,
  };
}
