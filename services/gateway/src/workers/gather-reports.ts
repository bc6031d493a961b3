import type { FromWorker, ReportKind, ToWorker } from './worker-messages.ts';

/** What the keeper of the workers needs of one. */
export interface Addressee {
  /** Whether it listens on the port and its process runs. */
  readonly isServing: () => boolean;
  readonly send: (message: ToWorker) => unknown;
}

interface Gathering {
  readonly asker: Addressee;
  readonly askedAs: number;
  readonly reports: unknown[];
  /** Those of all that have not reported. */
  missing: number;
  /** Those of the missing that were asked. */
  awaited: number;
  readonly deadline: NodeJS.Timeout;
}

/** A worker that is silent for longer is left out: its event loop is stuck, or it is going. */
const REPORT_WITHIN_MS = 1_500;

/** Carries questions from one worker to all of them, and the answers back. */
export function createGatherer(workers: () => readonly Addressee[]): (from: Addressee, message: FromWorker) => void {
  const open = new Map<number, Gathering>();
  let lastId = 0;

  const finish = (id: number): void => {
    const gathering = open.get(id);
    if (!gathering) return;
    open.delete(id);
    clearTimeout(gathering.deadline);
    const { asker, askedAs, reports, missing } = gathering;
    if (asker.isServing()) asker.send({ kind: 'answer', id: askedAs, reports, missing });
  };

  const gather = (asker: Addressee, askedAs: number, what: ReportKind): void => {
    const id = (lastId += 1);
    const all = workers();
    const asked = all.filter((worker) => worker.isServing());
    const deadline = setTimeout(() => finish(id), REPORT_WITHIN_MS);
    open.set(id, { asker, askedAs, reports: [], missing: all.length, awaited: asked.length, deadline });
    for (const worker of asked) worker.send({ kind: 'report', id, what });
  };

  const receive = (id: number, report: unknown): void => {
    const gathering = open.get(id);
    if (!gathering) return;
    gathering.reports.push(report);
    gathering.missing -= 1;
    gathering.awaited -= 1;
    if (gathering.awaited === 0) finish(id);
  };

  return (from, message) => {
    if (message.kind === 'ask') gather(from, message.id, message.what);
    else receive(message.id, message.report);
  };
}
