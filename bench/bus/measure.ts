import { treeMs } from '../cpu.ts';
import type { Contender, Endpoints, Topic } from './contender.ts';
import { type ContenderName, loadContender } from './contenders.ts';
import { startWorker, type Worker } from './worker.ts';

/** Events before those that count, sent in the same way: compilers warm up, connections and files grow. */
export const WARM_UP = 3_000;

export interface Run {
  readonly contender: ContenderName;
  readonly endpoints: Endpoints;
  readonly topic: Topic;
  readonly events: number;
  /** Events a second; as fast as they go when absent. */
  readonly perS?: number;
  /** Process of the server that carries the events. */
  readonly serverPid: number;
}

export interface Measured {
  readonly eventsPerS: number;
  /** CPU per published event, in the publisher and in the server; per delivery in a consumer. */
  readonly publisherUs: number;
  readonly consumerUs: number;
  readonly serverUs: number;
  readonly latenciesMs: readonly number[];
}

interface Workers {
  readonly publisher: Worker;
  readonly consumers: readonly Worker[];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** From the order to publish until the last consumer has handled the last event. */
async function carry({ publisher, consumers }: Workers, first: number, count: number, perS?: number) {
  for (const consumer of consumers) consumer.order({ kind: 'expect', first, count, isTimed: perS !== undefined });
  await Promise.all(consumers.map((consumer) => consumer.answer()));
  const startedAtMs = performance.now();
  publisher.order({ kind: 'publish', first, count, ...(perS !== undefined && { perS }) });
  const answers = await Promise.all([publisher, ...consumers].map((worker) => worker.answer()));
  return {
    elapsedS: (performance.now() - startedAtMs) / 1000,
    latenciesMs: answers.flatMap(({ latenciesMs }) => latenciesMs),
  };
}

async function startWorkers({ contender, endpoints, topic }: Run): Promise<Workers> {
  const role = { contender, endpoints, topic };
  const consumers = await Promise.all(topic.groups.map((group) => startWorker({ ...role, group })));
  return { publisher: await startWorker(role), consumers };
}

async function measureWorkers(workers: Workers, { events, perS, serverPid }: Run): Promise<Measured> {
  await carry(workers, 0, WARM_UP, perS);
  const { publisher, consumers } = workers;
  const cpu = async () => ({
    publisherMs: await treeMs(publisher.pid),
    consumerMs: sum(await Promise.all(consumers.map(({ pid }) => treeMs(pid)))),
    serverMs: await treeMs(serverPid),
  });
  const before = await cpu();
  const { elapsedS, latenciesMs } = await carry(workers, WARM_UP, events, perS);
  const after = await cpu();
  return {
    eventsPerS: events / elapsedS,
    publisherUs: ((after.publisherMs - before.publisherMs) * 1000) / events,
    consumerUs: ((after.consumerMs - before.consumerMs) * 1000) / events / consumers.length,
    serverUs: ((after.serverMs - before.serverMs) * 1000) / events,
    latenciesMs,
  };
}

/** One run of one contender on a topic of its own, drained to the last event. */
export async function measure(run: Run): Promise<Measured> {
  const { prepare, clear }: Contender = await loadContender(run.contender);
  await prepare?.(run.endpoints, run.topic);
  const workers = await startWorkers(run);
  try {
    return await measureWorkers(workers, run);
  } finally {
    await Promise.all([workers.publisher, ...workers.consumers].map((worker) => worker.stop()));
    await clear?.(run.endpoints, run.topic);
  }
}
