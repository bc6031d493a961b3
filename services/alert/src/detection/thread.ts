import { Worker } from 'node:worker_threads';
import { HttpProblem } from '@soc/service-kit';

/** A thread that failed, or took too long; the message says which and why. Whoever asked may ask again: another thread begins. */
export class DetectionThreadError extends HttpProblem {
  constructor(reason: string) {
    super(503, 'detection.failed', reason, { headers: { 'retry-after': '5' } });
  }
}

export interface ThreadLimits {
  /** Bounds its memory, beyond which it fails alone. */
  readonly heapMb: number;
  /** Longest it may take for its start and for each answer, beyond which it is ended: it hangs. */
  readonly answerMs: number;
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

/** Starts a thread. Its first message answers `ready`. */
export function startThread(file: URL, workerData: unknown, { heapMb, answerMs }: ThreadLimits): Thread {
  const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(file, { workerData, resourceLimits });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let failed: Error | undefined;
  let lastId = 0;
  let watchdog: NodeJS.Timeout | undefined;
  const fail = (reason: string): void => {
    clearTimeout(watchdog);
    failed ??= new DetectionThreadError(reason);
    for (const { reject } of waiting.values()) reject(failed);
    waiting.clear();
  };
  /** Requests are answered in order: while one is waited for, the next answer is due within `answerMs`. */
  const watch = (): void => {
    clearTimeout(watchdog);
    if (waiting.size === 0) return;
    watchdog = setTimeout(() => {
      fail(`no answer within ${answerMs / 1_000} s`);
      void worker.terminate();
    }, answerMs);
    watchdog.unref();
  };
  const expect = (id: number): Promise<unknown> => {
    const settle = Promise.withResolvers<unknown>();
    if (failed) settle.reject(failed);
    else waiting.set(id, settle);
    if (waiting.size === 1) watch();
    return settle.promise;
  };
  worker.on('message', (reply: Reply) => {
    const settle = waiting.get(reply.id);
    waiting.delete(reply.id);
    watch();
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
