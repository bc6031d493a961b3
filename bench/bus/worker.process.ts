// One publisher or one consumer in a process of its own. Its role comes as an argument, its orders over IPC.
import { setTimeout as pause } from 'node:timers/promises';
import { BATCH, type BenchPayload, type Group, type Publisher } from './contender.ts';
import { loadContender } from './contenders.ts';
import { nowMs, payloadOf, readPayload } from './payload.ts';
import type { WorkerAnswer, WorkerOrder, WorkerRole } from './worker-protocol.ts';

/** Does what it is told, and answers. */
interface Worker {
  readonly obey: (order: WorkerOrder) => Promise<void>;
  readonly close: () => Promise<void>;
}

const answer = (latenciesMs: readonly number[] = []): void => {
  process.send?.({ latenciesMs } satisfies WorkerAnswer);
};

/** Two batches in flight, so that the next is being made while one is on its way. */
async function publishAll(publisher: Publisher, first: number, count: number): Promise<void> {
  let next = first;
  const end = first + count;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const from = next;
      next = Math.min(from + BATCH, end);
      const sentAtMs = nowMs();
      await publisher.publish(Array.from({ length: next - from }, (_, index) => payloadOf(from + index, sentAtMs)));
    }
  };
  await Promise.all([lane(), lane()]);
}

/** Open loop: `perS` events a second whatever the server does, each published alone, so that waiting shows. */
async function publishSteadily(publisher: Publisher, first: number, count: number, perS: number): Promise<void> {
  const startedAtMs = nowMs();
  const published: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueAtMs = startedAtMs + (index * 1000) / perS;
    while (nowMs() < dueAtMs) await pause(1);
    published.push(publisher.publish([payloadOf(first + index, dueAtMs)]));
  }
  await Promise.all(published);
}

function becomePublisher(publisher: Publisher): Worker {
  return {
    obey: async (order) => {
      if (order.kind !== 'publish') throw new Error(`a publisher does not ${order.kind}`);
      const { first, count, perS } = order;
      await (perS === undefined ? publishAll(publisher, first, count) : publishSteadily(publisher, first, count, perS));
      answer();
    },
    close: publisher.close,
  };
}

async function becomeConsumer(
  open: (handle: (payload: BenchPayload) => void) => Promise<() => Promise<void>>,
): Promise<Worker> {
  let [first, missing, isTimed] = [0, 0, false];
  let isSeen = new Uint8Array();
  let latenciesMs: number[] = [];
  const close = await open((payload) => {
    const { index, sentAtMs } = readPayload(payload);
    if (isSeen[index - first] !== 0) return; // of an earlier order, or delivered again
    isSeen[index - first] = 1;
    if (isTimed) latenciesMs.push(nowMs() - sentAtMs);
    missing -= 1;
    if (missing === 0) answer(latenciesMs);
  });
  return {
    obey: async (order) => {
      if (order.kind !== 'expect') throw new Error(`a consumer does not ${order.kind}`);
      ({ first, count: missing, isTimed } = order);
      isSeen = new Uint8Array(order.count);
      latenciesMs = [];
      answer();
    },
    close,
  };
}

// The parent writes it.
const { contender, endpoints, topic, group } = JSON.parse(process.argv[2] ?? '') as WorkerRole;
const { openPublisher, openConsumer } = await loadContender(contender);
const consume = (of: Group): Promise<Worker> => becomeConsumer((handle) => openConsumer(endpoints, topic, of, handle));
const worker = group === undefined ? becomePublisher(await openPublisher(endpoints, topic)) : await consume(group);

const fail = (error: unknown): never => {
  console.error(error);
  process.exit(1);
};
process.once('disconnect', () => process.exit(1)); // the benchmark has ended before us
process.on('message', (order: WorkerOrder | { readonly kind: 'stop' }) => {
  if (order.kind === 'stop') worker.close().then(() => process.exit(0), fail);
  else worker.obey(order).catch(fail);
});
answer();
