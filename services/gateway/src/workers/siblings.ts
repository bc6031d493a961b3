import type { Worker } from 'node:cluster';
import type { FromWorker, ReportKind, ToWorker } from './worker-messages.ts';

/** What all workers said of themselves. */
export interface Gathered<Report> {
  readonly reports: readonly Report[];
  readonly missing: number;
}

/** The other workers of this gateway, as one of them sees them. */
export interface Siblings {
  /** Reports of all workers, this one among them. Throws when the process that keeps them does not answer. */
  readonly ask: <Report>(what: ReportKind) => Promise<Gathered<Report>>;
  /** How this worker answers. */
  readonly report: (what: ReportKind, make: () => unknown) => void;
}

const ANSWER_WITHIN_MS = 2_500;

/** A gateway of one process asks itself. */
export function createSiblings(worker: Worker | undefined): Siblings {
  const makers = new Map<ReportKind, () => unknown>();
  const waiting = new Map<number, (answer: Extract<ToWorker, { kind: 'answer' }>) => void>();
  let lastId = 0;
  const send = (message: FromWorker): void => void worker?.send(message, () => undefined);
  const made = async (what: ReportKind): Promise<unknown> => await makers.get(what)?.();

  worker?.on('message', (received) => {
    // The keeper sends nothing else.
    const message = received as ToWorker;
    switch (message.kind) {
      case 'report':
        void made(message.what).then((report) => send({ kind: 'reported', id: message.id, report }));
        break;
      case 'answer':
        waiting.get(message.id)?.(message);
    }
  });

  const ask = async (what: ReportKind): Promise<Gathered<unknown>> => {
    if (!worker) return { reports: [await made(what)], missing: 0 };
    const id = (lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Gathered<unknown>>();
    const deadline = setTimeout(() => reject(new Error('the workers do not report')), ANSWER_WITHIN_MS);
    waiting.set(id, resolve);
    send({ kind: 'ask', id, what });
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      waiting.delete(id);
    }
  };

  return {
    // Who asks knows what the workers, which run the same code, report.
    ask: ask as Siblings['ask'],
    report: (what, make) => void makers.set(what, make),
  };
}
