import { parentPort } from 'node:worker_threads';

interface Envelope {
  readonly id: number;
  readonly request: unknown;
}

/** In a thread: tells that it is ready with `ready`, then answers requests, one after another. An error is an answer too. */
export function answerRequests<Request>(
  ready: unknown,
  answer: (request: Request) => { readonly answer: unknown; readonly transfer?: readonly ArrayBuffer[] },
): void {
  const port = parentPort;
  if (!port) throw new Error('not a thread');
  port.on('message', ({ id, request }: Envelope) => {
    try {
      // Sent by `startThread` of the same process, which knows what this thread takes.
      const { answer: given, transfer = [] } = answer(request as Request);
      port.postMessage({ id, answer: given }, [...transfer]);
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  port.postMessage({ id: 0, answer: ready });
}
