import { Worker } from 'node:worker_threads';

/** A thread that failed, or took too long; the message says which and why. */
export class DetectionThreadError extends Error {
  override readonly name = 'DetectionThreadError';
}

type Reply = { readonly id: number } & ({ readonly answer: unknown } | { readonly error: string });

/** A thread that answers requests in their order. */
export interface Thread {
  /** Resolves once it can answer. */
  readonly ready: Promise<unknown>;
  readonly ask: (request: object, transfer?: readonly ArrayBuffer[]) => Promise<unknown>;
  readonly outstanding: () => number;
  readonly hasFailed: () => boolean;
  /** Ends it at once; what is outstanding fails. */
  readonly end: () => Promise<void>;
}

/** Reading makes much that is soon of no use: with the default of 48 MiB, collecting it took a sixth more CPU. */
const YOUNG_MB = 192;

/** Starts a thread. Its first message answers `ready`; `heapMb` bounds its memory, beyond which it fails alone. */
export function startThread(file: URL, workerData: unknown, heapMb: number): Thread {
  const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(file, { workerData, resourceLimits });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let failed: Error | undefined;
  let lastId = 0;
  const expect = (id: number): Promise<unknown> => {
    const settle = Promise.withResolvers<unknown>();
    if (failed) settle.reject(failed);
    else waiting.set(id, settle);
    return settle.promise;
  };
  const fail = (reason: string): void => {
    failed ??= new DetectionThreadError(reason);
    for (const { reject } of waiting.values()) reject(failed);
    waiting.clear();
  };
  worker.on('message', (reply: Reply) => {
    const settle = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('answer' in reply) settle?.resolve(reply.answer);
    else settle?.reject(new DetectionThreadError(reply.error));
  });
  worker.on('error', (error: Error) => fail(error.message));
  worker.on('exit', () => fail('the thread has ended'));
  // A service that stops does not wait for threads that are idle.
  worker.unref();
  const ready = expect(0);
  // Whoever asks hears of it; nobody has to.
  ready.catch(() => undefined);
  return {
    ready,
    ask: (request, transfer = []) => {
      lastId += 1;
      const answer = expect(lastId);
      if (!failed) worker.postMessage({ id: lastId, request }, transfer);
      return answer;
    },
    outstanding: () => waiting.size,
    hasFailed: () => failed !== undefined,
    end: async () => {
      await worker.terminate();
    },
  };
}
