import type { BusLog } from './log.ts';
import { mergeStreams, type ReadAhead, streamsToRead } from './ordered-merge.ts';
import type { Redis } from './redis.ts';
import { createOneRead } from './redis/one-read.ts';
import { asList, createStreamGroup, entriesOf, type StreamEntry, type StreamGroup } from './stream-group.ts';

/** An entry of one of the streams that are read together. */
export interface OrderedEntry extends StreamEntry {
  readonly type: string;
}

/** Most entries in memory of one stream. */
const ROOM = 64;

/** Reads the streams of a noun's types as one, in order, and whatever other consumers of the group hold. */
export interface OrderedReader {
  /** Forgets what was read and begins with all that any consumer of the group was given and has not acknowledged. */
  readonly takeOver: () => Promise<void>;
  /** The next entries nothing unread can precede; waits so long for the first. */
  readonly next: (waitMs: number) => Promise<readonly OrderedEntry[]>;
  readonly acknowledge: (entries: readonly OrderedEntry[]) => Promise<void>;
  /** Ends a read that is blocking. The reader is of no use afterwards. */
  readonly interrupt: () => void;
}

interface Stream {
  readonly type: string;
  readonly group: StreamGroup;
  held: readonly OrderedEntry[];
  hasMore: boolean;
}

/** `<ms>-<seq>`, compared as numbers. */
function byId(a: OrderedEntry, b: OrderedEntry): number {
  const [aMs = 0, aSeq = 0] = a.id.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.id.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}

export function createOrderedReader(options: {
  /** The streams by event type; in a Redis Cluster all on one node. */
  readonly streams: ReadonlyMap<string, string>;
  readonly group: string;
  readonly consumer: string;
  readonly reader: Redis;
  readonly commands: Redis;
  readonly log: BusLog;
}): OrderedReader {
  const { group, consumer, reader, commands, log } = options;
  const reads = createOneRead(reader);
  const streams = Array.from(options.streams, ([type, stream]): Stream => ({
    type,
    group: createStreamGroup({ stream, group, consumer, reader, commands }),
    held: [],
    hasMore: false,
  }));

  const hold = (stream: Stream, entries: readonly StreamEntry[]): void => {
    const known = new Set(stream.held.map(({ id }) => id));
    const added = entries.filter(({ id }) => !known.has(id)).map((entry) => ({ ...entry, type: stream.type }));
    if (added.length > 0) stream.held = [...stream.held, ...added].toSorted(byId);
  };

  const claimAll = async (stream: Stream): Promise<void> => {
    let cursor = '0-0';
    do {
      const answer = await stream.group.takeOver(0, cursor, ROOM);
      hold(stream, answer.entries);
      ({ cursor } = answer);
    } while (cursor !== '0-0');
  };

  /**
   * A consumer that does not know yet that its turn is over may have been given entries of any of the streams, before the
   * ones that were read here. Redis gives entries out in order, so whatever precedes these is pending by now, and shows.
   * Such a consumer may come back long after its turn, and what it is given then be the last of its subject: so it is looked
   * for after every read, also one that brought nothing.
   */
  const claimFromOthers = async (stream: Stream): Promise<void> => {
    const summary = asList(await commands.xpending(stream.group.stream, group));
    const holders = asList(summary[3]).map((holder) => String(asList(holder)[0]));
    if (holders.some((holder) => holder !== consumer)) await claimAll(stream);
  };

  const read = async (waitMs: number): Promise<void> => {
    const chosen = new Set(streamsToRead(streams.map(readAhead), ROOM));
    const from = streams.filter((_, index) => chosen.has(index));
    const keys = from.map((stream) => stream.group.stream);
    const isIdle = streams.every(({ held }) => held.length === 0);
    const what = [...keys, ...keys.map(() => '>')];
    const blockMs = Math.ceil(waitMs);
    const answer = await reads.run(
      isIdle && waitMs >= 1
        ? reader.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', ROOM, 'BLOCK', blockMs, 'STREAMS', ...what)
        : reader.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', ROOM, 'STREAMS', ...what),
    );
    const byStream = new Map(asList(answer).map((part) => [String(asList(part)[0]), entriesOf(asList(part)[1])]));
    for (const [index, stream] of streams.entries()) {
      const entries = byStream.get(stream.group.stream) ?? [];
      stream.hasMore = !chosen.has(index) || entries.length === ROOM;
      hold(stream, entries);
    }
    await Promise.all(streams.map(claimFromOthers));
  };

  return {
    takeOver: async () => {
      for (const stream of streams) {
        await stream.group.ensure();
        stream.held = [];
        stream.hasMore = false;
        await claimAll(stream);
      }
    },
    next: async (waitMs) => {
      await read(waitMs);
      const { ready, entries } = mergeStreams(streams.map(readAhead));
      streams.forEach((stream, index) => {
        stream.held = stream.held.slice(ready[index]);
      });
      return entries;
    },
    acknowledge: async (entries) => {
      const trimmed = entries.filter(({ frame }) => !frame);
      if (trimmed.length > 0) {
        log.error({ group, entries: trimmed.length }, 'events were trimmed away before they were handled');
      }
      for (const stream of streams) {
        const ids = entries.filter(({ type }) => type === stream.type).map(({ id }) => id);
        if (ids.length > 0) await stream.group.acknowledge(ids);
      }
    },
    interrupt: reads.interrupt,
  };
}

const readAhead = ({ held, hasMore }: Stream): ReadAhead<OrderedEntry> => ({ entries: held, hasMore });
