import { setTimeout as pause } from 'node:timers/promises';
import type { BusLog } from './log.ts';
import { BLOCK_MS, type Redis } from './redis.ts';

/** One entry of a stream; `text` is undefined when the entry was trimmed away before it was handled. */
export interface StreamEntry {
  readonly id: string;
  readonly text: string | undefined;
}

export interface StreamConsumer {
  readonly start: () => void;
  /** Stops reading; the batch under way is finished and acknowledged. */
  readonly stop: () => Promise<void>;
}

/** Entries another consumer has held this long without acknowledging are taken over: it is dead or hangs. */
const CLAIM_IDLE_MS = 15_000;
const CLAIM_EVERY_MS = 5_000;
const MAX_PAUSE_MS = 5_000;
/** After a batch that was not full the next may gather this long: under load that saves transactions, at rest it costs nothing. */
const GATHER_MS = 25;

const asList = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : []);

const entriesOf = (raw: unknown): StreamEntry[] =>
  asList(raw).map((entry) => {
    const [id, fields] = asList(entry);
    const text = asList(fields)[1];
    return { id: String(id), text: typeof text === 'string' ? text : undefined };
  });

/**
 * Reads one stream for one consumer group. Order of work: what this consumer held before a crash, then new entries, and
 * every five seconds what dead consumers held. `settle` decides each entry's fate and is retried whole when it throws;
 * only then are the entries acknowledged.
 */
export function createStreamConsumer(options: {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly batchSize: number;
  readonly reader: Redis;
  readonly commands: Redis;
  readonly settle: (entries: readonly StreamEntry[]) => Promise<void>;
  readonly log: BusLog;
}): StreamConsumer {
  const { stream, group, consumer, batchSize, reader, commands, settle, log } = options;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const ensureGroup = async (): Promise<void> => {
    try {
      await commands.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
    }
  };

  const read = async (from: '>' | '0'): Promise<StreamEntry[]> => {
    const answer: unknown = await reader.xreadgroup(
      'GROUP',
      group,
      consumer,
      'COUNT',
      batchSize,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      stream,
      from,
    );
    const [first] = asList(answer);
    return entriesOf(asList(first)[1]);
  };

  const claim = async (): Promise<StreamEntry[]> => {
    const answer: unknown = await commands.xautoclaim(stream, group, consumer, CLAIM_IDLE_MS, '0', 'COUNT', batchSize);
    return entriesOf(asList(answer)[1]);
  };

  const gather = (): Promise<unknown> =>
    pause(GATHER_MS, undefined, { signal: stopping.signal }).catch(() => undefined);

  const process = async (entries: readonly StreamEntry[]): Promise<void> => {
    if (entries.length === 0) return;
    await settle(entries);
    await commands.xack(stream, group, ...entries.map(({ id }) => id));
  };

  const work = async (): Promise<void> => {
    await ensureGroup();
    // Pending entries stay first in the list until they are acknowledged, so this ends when none is left.
    for (let held = await read('0'); held.length > 0 && !stopping.signal.aborted; held = await read('0')) {
      await process(held);
    }
    let claimedAtMs = performance.now();
    while (!stopping.signal.aborted) {
      const entries = await read('>');
      await process(entries);
      if (entries.length > 0 && entries.length < batchSize) await gather();
      if (performance.now() - claimedAtMs < CLAIM_EVERY_MS) continue;
      await process(await claim());
      claimedAtMs = performance.now();
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      const startedAtMs = performance.now();
      try {
        await work();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (performance.now() - startedAtMs > 30_000) failures = 1;
        log.warn({ err: error, stream, failures }, 'stream consumer interrupted, will resume');
        await pause(Math.min(100 * 2 ** failures, MAX_PAUSE_MS), undefined, { signal: stopping.signal }).catch(
          () => undefined,
        );
      }
    }
  };

  return {
    start: () => {
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      // Ends a read that is blocking; one that has an answer already is processed to its end first.
      reader.disconnect();
      await loop;
    },
  };
}
