import { AsyncLocalStorage } from 'node:async_hooks';
import { currentSpan, inSpan, type Span } from '@soc/tracing';
import { codeOf, CommitOutcomeUnknownError, isDatabaseUnavailable } from './errors.ts';

export interface Batcher<Item, Result> {
  /**
   * Resolves with the item's own result, once the batch it travelled in has committed. Rejects with the item's own error,
   * `BatcherFullError` when too many wait already, `BatcherClosedError` after `close`.
   */
  readonly add: (item: Item) => Promise<Result>;
  /** Waits for everything added so far. */
  readonly drain: () => Promise<void>;
  /** Refuses what is added from now on, and waits for everything added before. */
  readonly close: () => Promise<void>;
}

/** More items wait than may: the caller should slow down, or tell its own caller to. */
export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';
}

/** The batcher takes nothing any more. */
export class BatcherClosedError extends Error {
  override readonly name = 'BatcherClosedError';
}

export interface BatcherOptions<Item, Result> {
  /**
   * Gets at most `maxItems` and returns one result per item, in order. It must leave nothing behind when it throws. Runs in
   * the async context in which the batcher was made, never in that of one of the callers. What it does is shown in the trace
   * of the first item that is recorded, with links to the others.
   */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxItems: number;
  /** Batches under way at the same time; default 1. */
  readonly concurrency?: number;
  /** Items that may wait for a batch; default 10,000. */
  readonly maxWaiting?: number;
  /**
   * Whether what `run` threw may be the fault of one of several items. By default, whatever does not say that the database
   * cannot work now.
   */
  readonly isFaultOfItem?: (error: unknown) => boolean;
}

/** PostgreSQL ended it so that another transaction could go on: none of its items is at fault, and nothing of it is left. */
const DEADLOCK_DETECTED = '40P01';
const MOST_RUNS = 3;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly settle: PromiseWithResolvers<Result>;
  readonly span: Span | undefined;
}

/**
 * Lets concurrent callers share one statement and one commit. An item that finds no batch running goes at once, alone;
 * those that arrive meanwhile travel together in the next. Nobody waits for a timer.
 *
 * A batch that fails of one of its items is halved until that item is alone, so that it fails alone: one bad row among 1,000
 * costs about 20 more statements. A batch that had to make way for another in a deadlock runs again, twice at most. One that
 * fails of the database fails as a whole, and nothing is sent again.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { maxItems, concurrency = 1, maxWaiting = 10_000 } = options;
  const { isFaultOfItem = (error: unknown) => !isDatabaseUnavailable(error) } = options;
  const queue: Waiting<Item, Result>[] = [];
  const running = new Set<Promise<void>>();
  const inOwnContext = AsyncLocalStorage.snapshot();
  let isClosed = false;

  const runBatch = async (batch: readonly Waiting<Item, Result>[], runs = 1): Promise<void> => {
    try {
      const results = await options.run(batch.map(({ item }) => item));
      // `run` returns one result per item.
      batch.forEach(({ settle }, index) => settle.resolve(results[index] as Result));
    } catch (error) {
      if (codeOf(error) === DEADLOCK_DETECTED && runs < MOST_RUNS) return runBatch(batch, runs + 1);
      // What may have been committed is never sent again, whatever its owner thinks of the error.
      const mayRepeat = !(error instanceof CommitOutcomeUnknownError) && isFaultOfItem(error);
      if (batch.length === 1 || !mayRepeat) {
        for (const { settle } of batch) settle.reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await runBatch(batch.slice(0, middle));
      await runBatch(batch.slice(middle));
    }
  };

  const start = (): void => {
    while (queue.length > 0 && running.size < concurrency) {
      const items = queue.splice(0, maxItems);
      const batch = inOwnContext(() => inBatchSpan(items, () => runBatch(items))).finally(() => {
        running.delete(batch);
        start();
      });
      running.add(batch);
    }
  };

  const drain = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
  };

  return {
    add: (item) => {
      if (isClosed) return Promise.reject(new BatcherClosedError('the batcher is closed'));
      if (queue.length >= maxWaiting) {
        return Promise.reject(new BatcherFullError(`${maxWaiting} items wait for a batch already`));
      }
      const settle = Promise.withResolvers<Result>();
      queue.push({ item, settle, span: currentSpan() });
      start();
      return settle.promise;
    },
    drain,
    close: () => {
      isClosed = true;
      return drain();
    },
  };
}

async function inBatchSpan(
  items: readonly { readonly span: Span | undefined }[],
  run: () => Promise<void>,
): Promise<void> {
  const [first, ...others] = items.flatMap(({ span }) => span ?? []);
  if (!first) return run();
  const span = first.start('batch', { attributes: { 'soc.batch.items': items.length }, links: others });
  try {
    await inSpan(span, run);
  } finally {
    span.end();
  }
}
