import { ConnectionWaitError } from './errors.ts';

interface Waiter<T> {
  readonly resolve: (served: T) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
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
  const shift = (): Waiter<T> | undefined => {
    const waiter = waiters.shift();
    clearTimeout(waiter?.timer);
    return waiter;
  };

  return {
    length: () => waiters.length,
    join: (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const leave = (error: Error): void => {
        const index = waiters.indexOf(waiter);
        if (index === -1) return;
        waiters.splice(index, 1);
        clearTimeout(waiter.timer);
        reject(error);
      };
      const tooLate = (): void => leave(new ConnectionWaitError(`no connection became free within ${waitMs} ms`));
      const waiter: Waiter<T> = { resolve, reject, timer: setTimeout(tooLate, waitMs) };
      waiters.push(waiter);
      if (!signal) return promise;
      const onAbort = (): void => leave(asError(signal.reason));
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
