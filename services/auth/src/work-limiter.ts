export type Turn<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: 'busy' };

/** Lets only so much costly work run at once, and only so much wait for its turn, and not for long. */
export interface WorkLimiter {
  /** Runs `work` when its turn comes; refuses when too many wait already, or when it has waited too long. Rethrows what `work` throws. */
  readonly run: <T>(work: () => Promise<T>) => Promise<Turn<T>>;
}

export interface WorkLimits {
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** Longest wait for a turn: whoever asked has given up by then, and the work would be for nobody. */
  readonly maxWaitMs: number;
}

/** A flood of logins must not take all memory (64 MiB a hash) or every thread of Node's pool. */
export function createWorkLimiter({ concurrency, maxWaiting, maxWaitMs }: WorkLimits): WorkLimiter {
  /** In the order they came, each with what tells it whether its turn has come. */
  const waiting = new Set<(hasTurn: boolean) => void>();
  let running = 0;

  const enter = async (): Promise<boolean> => {
    if (running < concurrency) {
      running += 1;
      return true;
    }
    if (waiting.size >= maxWaiting) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    waiting.add(resolve);
    const timer = setTimeout(() => {
      waiting.delete(resolve);
      resolve(false);
    }, maxWaitMs);
    try {
      // Whoever leaves hands over the place, so `running` stays as it is.
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  };

  const leave = (): void => {
    const [next] = waiting;
    if (!next) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next(true);
  };

  return {
    run: async (work) => {
      if (!(await enter())) return { ok: false, refusal: 'busy' };
      try {
        return { ok: true, value: await work() };
      } finally {
        leave();
      }
    },
  };
}
