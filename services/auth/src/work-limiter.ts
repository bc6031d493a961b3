export type Turn<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: 'busy' };

/** Lets only so much costly work run at once, and only so much wait for its turn. */
export interface WorkLimiter {
  /** Runs `work` when its turn comes; refuses at once when too many wait already. Rethrows what `work` throws. */
  readonly run: <T>(work: () => Promise<T>) => Promise<Turn<T>>;
}

/** A flood of logins must not take all memory (64 MiB a hash) or every thread of Node's pool. */
export function createWorkLimiter(options: { readonly concurrency: number; readonly maxWaiting: number }): WorkLimiter {
  const { concurrency, maxWaiting } = options;
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async (): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return;
    }
    // Whoever leaves hands over the place, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  };

  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return {
    run: async (work) => {
      if (running >= concurrency && waiting.length >= maxWaiting) return { ok: false, refusal: 'busy' };
      await enter();
      try {
        return { ok: true, value: await work() };
      } finally {
        leave();
      }
    },
  };
}
