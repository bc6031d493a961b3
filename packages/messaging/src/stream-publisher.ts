import { nounOf } from '@soc/contracts';
import type { Message } from './envelope.ts';
import { sealFrame } from './frame.ts';
import type { KeyRing } from './key-ring.ts';
import { publishTogether } from './publish-together.ts';
import { type Redis, streamKey } from './redis.ts';
import { sendAtOnce } from './redis/send-at-once.ts';
import { ACK_WITHIN_MS, demandReplicas } from './replicas.ts';

/** Most events in one frame: so many travel, are acknowledged and are refused together. */
const MAX_EVENTS = 128;
/** Largest frame before sealing; a single event may be larger and then travels alone. */
const MAX_BYTES = 256 * 1024;

/** The field of a stream entry that holds the frame. */
export const FRAME_FIELD = 'frame';

/** Writes events to their streams, sealed. */
export interface StreamPublisher {
  /**
   * Resolves when Redis has them all, and throws otherwise: then some may be on their streams, and publishing them again
   * is what keeps the promise of at least once. Order is kept within a type; the ordered types of one noun are written at
   * once or not at all.
   */
  readonly publish: (messages: readonly Message[], token?: string) => Promise<void>;
}

/** What is written together has the same one. */
const keyOf = ({ type, subject }: Message): string => (subject === undefined ? type : nounOf(type));

interface Packed {
  readonly type: string;
  readonly texts: string[];
  bytes: number;
}

/**
 * Frames of what is at hand, in order within each type. What is written together has the same key: a type, or for ordered
 * types their noun.
 */
function pack(messages: readonly Message[]): ReadonlyMap<string, readonly Packed[]> {
  const together = new Map<string, Packed[]>();
  for (const message of messages) {
    const { type, envelope } = message;
    const key = keyOf(message);
    let frames = together.get(key);
    if (!frames) together.set(key, (frames = []));
    const bytes = Buffer.byteLength(envelope);
    const last = frames.findLast((frame) => frame.type === type);
    if (last && last.texts.length < MAX_EVENTS && last.bytes + bytes <= MAX_BYTES) {
      last.texts.push(envelope);
      last.bytes += bytes;
    } else frames.push({ type, texts: [envelope], bytes });
  }
  return together;
}

type Pipeline = ReturnType<Redis['pipeline']> & { readonly multi: () => unknown };

/** The first failure among the answers; that of EXEC is the answers to what it did. */
function failureIn(answers: readonly (readonly [Error | null, unknown])[]): Error | undefined {
  for (const [error, answer] of answers) {
    if (error) return error;
    const failed: unknown = Array.isArray(answer) ? answer.find((one) => one instanceof Error) : undefined;
    if (failed instanceof Error) return failed;
  }
  return undefined;
}

/**
 * A publisher without an outbox, for events that no fact depends on; the relay sends through it as well. With
 * `replicasToAck` above 0 the connection must be the publisher's own, for Redis holds it up until the replicas have answered.
 */
export function createStreamPublisher(options: {
  readonly keyRing: KeyRing;
  readonly redis: Redis;
  /** Start of every key. */
  readonly prefix: string;
  /** The publishing service, without the `-service` suffix. */
  readonly source: string;
  readonly now?: () => Date;
  /** Replicas that must have the messages before `publish` resolves (`WAIT`); default 0. */
  readonly replicasToAck?: number;
}): StreamPublisher {
  const { keyRing, redis, prefix, source, now = () => new Date(), replicasToAck = 0 } = options;

  const seal = (type: string, texts: readonly string[], publishedAt: number, token: string | undefined): Buffer => {
    const header = { type, source, publishedAt };
    return sealFrame(keyRing, token === undefined ? header : { ...header, token }, texts);
  };

  const writeOne = async (type: string, texts: readonly string[], token: string | undefined): Promise<void> => {
    const frame = seal(type, texts, now().getTime(), token);
    await sendAtOnce(redis, 'xadd', [streamKey(prefix, type), '*', FRAME_FIELD, frame]);
  };

  /**
   * One pipeline for frames that are written together: in a cluster others may live on another node, and `WAIT` speaks for
   * the connection it is sent on, so it never travels alone: sent again after a failover it would count replicas that have
   * never heard of the frames. Several frames of ordered types are one transaction: a part could be read, or fail, out of
   * order.
   */
  const write = async (key: string, frames: readonly Packed[], token: string | undefined): Promise<void> => {
    const [first] = frames;
    if (first && frames.length === 1 && replicasToAck === 0) return writeOne(first.type, first.texts, token);
    const publishedAt = now().getTime();
    const isAtomic = frames.length > 1 && key !== frames[0]?.type;
    // The types of ioredis leave out that a pipeline may hold a transaction.
    const pipeline = redis.pipeline() as Pipeline;
    if (isAtomic) pipeline.multi();
    for (const { type, texts } of frames) {
      pipeline.xadd(streamKey(prefix, type), '*', FRAME_FIELD, seal(type, texts, publishedAt, token));
    }
    if (isAtomic) void pipeline.exec(); // queues EXEC; the one below sends
    if (replicasToAck > 0) pipeline.wait(replicasToAck, ACK_WITHIN_MS);
    const answers = (await pipeline.exec()) ?? [];
    const failed = failureIn(answers);
    if (failed) throw failed;
    if (replicasToAck === 0) return;
    // Nothing counts as 0: a cluster that is not ready yet takes WAIT into the transaction, where it says nothing.
    demandReplicas(Number(answers.at(-1)?.[1]) || 0, replicasToAck, key);
  };

  return {
    publish: publishTogether(async (messages, token) => {
      const [only] = messages;
      if (only && messages.length === 1 && replicasToAck === 0) return writeOne(only.type, [only.envelope], token);
      await Promise.all(Array.from(pack(messages), ([key, frames]) => write(key, frames, token)));
    }),
  };
}
