import { ConnectionWaitError } from './errors.ts';

interface Waiter<T> {
  readonly resolve: (served: T) => void;
  readonly reject: (error: Error) => void;
  readonly deadlineMs: number;
}

/** Callers that wait for something scarce, first come, first served. */
export interface WaitingLine<T> {
  readonly length: () => number;
  /** Resolves with what the caller is served. Throws `ConnectionWaitError` when its time is up, the reason of its signal when aborted. */
  readonly join: (signal: AbortSignal | undefined) => Promise<T>;
  /** Serves the first in line; false when nobody waits. */
  readonly serve: (one: T) => boolean;
  readonly refuseFirst: (error: Error) => void;
  readonly refuseAll: (error: Error) => void;
}

export function createWaitingLine<T>(waitMs: number): WaitingLine<T> {
  const waiters: Waiter<T>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const tooLate = (): Error => new ConnectionWaitError(`no connection became free within ${waitMs} ms`);

  /** All wait equally long, so one timer for whoever is first does: one for each would cost more than the wait. */
  const watch = (): void => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        const nowMs = performance.now();
        while (waiters[0] && waiters[0].deadlineMs <= nowMs) waiters.shift()?.reject(tooLate());
        if (waiters.length > 0) watch();
      },
      Math.max(1, (waiters[0]?.deadlineMs ?? 0) - performance.now()),
    );
  };
  const shift = (): Waiter<T> | undefined => {
    const waiter = waiters.shift();
    if (waiters.length === 0) {
      clearTimeout(timer);
      timer = undefined;
    }
    return waiter;
  };

  return {
    length: () => waiters.length,
    join: (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const waiter: Waiter<T> = { resolve, reject, deadlineMs: performance.now() + waitMs };
      waiters.push(waiter);
      watch();
      if (!signal) return promise;
      const onAbort = (): void => {
        const index = waiters.indexOf(waiter);
        if (index === -1) return;
        waiters.splice(index, 1);
        reject(asError(signal.reason));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      return promise.finally(() => signal.removeEventListener('abort', onAbort));
    },
    serve: (one) => {
      const waiter = shift();
      waiter?.resolve(one);
      return waiter !== undefined;
    },
    refuseFirst: (error) => shift()?.reject(error),
    refuseAll: (error) => {
      for (let waiter = shift(); waiter; waiter = shift()) waiter.reject(error);
    },
  };
}

/** The reason of an abort may be anything; what is thrown is an Error. */
export const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
