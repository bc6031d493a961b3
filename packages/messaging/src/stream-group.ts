import { BLOCK_MS, type Redis } from './redis.ts';
import { createOneRead } from './redis/one-read.ts';
import { sendAtOnce } from './redis/send-at-once.ts';

/** One entry of a stream; `frame` is undefined when the entry was trimmed away before it was handled. */
export interface StreamEntry {
  readonly id: string;
  readonly frame: Buffer | undefined;
}

/** One consumer of one group of one stream: the commands it needs. */
export interface StreamGroup {
  readonly stream: string;
  /** Makes the group, from the start of the stream, when there is none. */
  readonly ensure: () => Promise<void>;
  /** Entries nobody has been given yet; waits up to two seconds for the first. */
  readonly readNew: (countEntries: number) => Promise<readonly StreamEntry[]>;
  /** What this consumer was given and has not acknowledged, after the entry with that id. */
  readonly readHeld: (after: string, countEntries: number) => Promise<readonly StreamEntry[]>;
  /** Takes over what others have held for that long. The cursor goes into the next call; `0-0` when all was looked at. */
  readonly takeOver: (
    idleMs: number,
    cursor: string,
    countEntries: number,
  ) => Promise<{ readonly cursor: string; readonly entries: readonly StreamEntry[] }>;
  /** Says that this consumer is alive and still works on these. */
  readonly touch: (ids: readonly string[]) => Promise<void>;
  /** Makes these look abandoned, so that others take them over at once. */
  readonly release: (ids: readonly string[]) => Promise<void>;
  readonly acknowledge: (ids: readonly string[]) => Promise<void>;
  /** Ends a read that is blocking. */
  readonly interrupt: () => void;
}

/** Longer than any idle time that is asked for. */
const LONG_ABANDONED_MS = 24 * 60 * 60 * 1000;

export const asList = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : []);

export const entriesOf = (raw: unknown): StreamEntry[] =>
  asList(raw).flatMap((entry) => {
    const [id, fields] = asList(entry);
    // Redis before 7 answers XAUTOCLAIM with nil for what was trimmed.
    if (!Buffer.isBuffer(id)) return [];
    const frame = asList(fields)[1];
    return [{ id: id.toString('latin1'), frame: Buffer.isBuffer(frame) ? frame : undefined }];
  });

/** `reader` is for this group alone, since its reads block; `commands` may be shared. */
export function createStreamGroup(options: {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly reader: Redis;
  readonly commands: Redis;
}): StreamGroup {
  const { stream, group, consumer, reader, commands } = options;
  const reads = createOneRead(reader);
  const ofFirst = (answer: unknown): StreamEntry[] => entriesOf(asList(asList(answer)[0])[1]);
  /** Not by `commands.callBuffer`: where commands are pipelined by themselves, ioredis 6.0 drops the name of the command. */
  const run = async (command: string, ...args: readonly string[]): Promise<unknown> => {
    const answers = await commands
      .pipeline()
      .callBuffer(command, stream, group, consumer, ...args)
      .exec();
    const [error, answer] = answers?.[0] ?? [new Error(`no answer to ${command}`)];
    if (error) throw error;
    return answer;
  };
  const claim = (ids: readonly string[], idleMs: number): Promise<unknown> =>
    run('XCLAIM', '0', ...ids, 'IDLE', String(idleMs), 'JUSTID');

  return {
    stream,
    ensure: async () => {
      try {
        await commands.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
      }
    },
    readNew: async (count) =>
      ofFirst(
        await reads.run(
          reader.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', stream, '>'),
        ),
      ),
    readHeld: async (after, count) =>
      ofFirst(
        await reads.run(reader.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', count, 'STREAMS', stream, after)),
      ),
    takeOver: async (idleMs, from, count) => {
      const answer = await run('XAUTOCLAIM', String(idleMs), from, 'COUNT', String(count));
      const [cursor, entries, trimmed] = asList(answer);
      return {
        cursor: Buffer.isBuffer(cursor) ? cursor.toString('latin1') : '0-0',
        // Redis 7 tells apart, and no longer holds pending, what was trimmed.
        entries: [...entriesOf(entries), ...asList(trimmed).map((id) => ({ id: String(id), frame: undefined }))],
      };
    },
    touch: async (ids) => void (await claim(ids, 0)),
    release: async (ids) => void (await claim(ids, LONG_ABANDONED_MS)),
    acknowledge: async (ids) => void (await sendAtOnce(commands, 'xack', [stream, group, ...ids])),
    interrupt: reads.interrupt,
  };
}
