export interface Batcher<Item, Result> {
  /** Resolves with the item's own result, once the batch it travelled in has committed. */
  readonly add: (item: Item) => Promise<Result>;
  /** Waits for everything added so far. */
  readonly drain: () => Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly settle: PromiseWithResolvers<Result>;
}

/**
 * Lets concurrent callers share one statement and one commit. An item that finds no batch running goes at once, alone;
 * those that arrive meanwhile travel together in the next. Nobody waits for a timer.
 *
 * `run` gets at most `maxItems` and returns one result per item, in order. When it throws for several items, each is run
 * again alone, so that one bad row fails alone: `run` must leave nothing behind when it throws.
 */
export function createBatcher<Item, Result>(options: {
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxItems: number;
  /** Batches under way at the same time; default 1. */
  readonly concurrency?: number;
}): Batcher<Item, Result> {
  const { run, maxItems, concurrency = 1 } = options;
  const queue: Waiting<Item, Result>[] = [];
  const running = new Set<Promise<void>>();

  const runOne = async ({ item, settle }: Waiting<Item, Result>): Promise<void> => {
    try {
      const [result] = await run([item]);
      // `run` returns one result per item.
      settle.resolve(result as Result);
    } catch (error) {
      settle.reject(error);
    }
  };

  const runBatch = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    const [only] = batch;
    if (batch.length === 1 && only) return runOne(only);
    try {
      const results = await run(batch.map(({ item }) => item));
      // `run` returns one result per item.
      batch.forEach(({ settle }, index) => settle.resolve(results[index] as Result));
    } catch {
      // Each is run again alone, and gets its own error then.
      for (const waiting of batch) await runOne(waiting);
    }
  };

  const start = (): void => {
    while (queue.length > 0 && running.size < concurrency) {
      const batch = runBatch(queue.splice(0, maxItems)).finally(() => {
        running.delete(batch);
        start();
      });
      running.add(batch);
    }
  };

  return {
    add: (item) => {
      const settle = Promise.withResolvers<Result>();
      queue.push({ item, settle });
      start();
      return settle.promise;
    },
    drain: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
