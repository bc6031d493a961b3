import { readFile } from 'node:fs/promises';
import type { EventEnvelope, EventSpec, PayloadOf } from '@soc/contracts';
import { uuidv7 } from '@soc/contracts';
import {
  createKeyRing,
  createMessage,
  createStreamPublisher,
  decodeMessage,
  KeyRingData,
  openFrame,
  type PublishMeta,
  streamKey,
} from '@soc/messaging';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { waitFor } from './wait-for.ts';

export interface PublishedQuery<E extends EventSpec> {
  /** Waits until there are at least as many, 1 when absent. */
  readonly count?: number;
  readonly deadlineMs?: number;
  /** Counts only these. */
  readonly where?: (event: EventEnvelope<PayloadOf<E>>) => boolean;
}

/** The other end of the bus: what a service's neighbours publish and what they see of it. */
export interface TestEvents {
  /** Publishes as the owner of the event would. Returns the id of the event. */
  readonly emit: <E extends EventSpec>(spec: E, payload: PayloadOf<E>, meta?: Partial<PublishMeta>) => Promise<string>;
  /** Seals any text onto the stream of an event, as no owner would. */
  readonly emitText: (spec: EventSpec, text: string) => Promise<void>;
  /** The events of a type on its stream, oldest first. Throws when they do not come in time. */
  readonly published: <E extends EventSpec>(
    spec: E,
    query?: PublishedQuery<E>,
  ) => Promise<readonly [EventEnvelope<PayloadOf<E>>, ...EventEnvelope<PayloadOf<E>>[]]>;
  readonly close: () => void;
}

export async function createTestEvents(redisUrl: string, prefix: string, now: () => Date): Promise<TestEvents> {
  const redis = new Redis(redisUrl);
  const keyRing = createKeyRing(KeyRingData.parse(JSON.parse(await readFile(inject('busKeyRingFile'), 'utf8'))));

  const put = ({ type, owner }: EventSpec, envelope: string): Promise<void> =>
    createStreamPublisher({ keyRing, redis, prefix, source: owner, now }).publish([{ id: '', type, envelope }]);

  const read = async <E extends EventSpec>(spec: E): Promise<readonly EventEnvelope<PayloadOf<E>>[]> => {
    const entries = await redis.xrangeBuffer(streamKey(prefix, spec.type), '-', '+');
    return entries.flatMap(([, fields]) => {
      const opened = openFrame(keyRing, fields[1] ?? Buffer.alloc(0));
      const decoded = opened.ok ? opened.texts.map((text) => decodeMessage(spec, text)) : [];
      return decoded.flatMap((each) => (each.ok ? [each.event] : []));
    });
  };

  return {
    emit: async (spec, payload, meta = {}) => {
      const id = uuidv7(now().getTime());
      const filled: PublishMeta = { tenantId: 'default', subject: id, correlationId: id, ...meta };
      const message = createMessage(spec, payload, filled, { source: spec.owner, now: now() });
      await put(spec, message.envelope);
      return message.id;
    },
    emitText: put,
    published: async (spec, { count = 1, deadlineMs = 30_000, where = () => true } = {}) =>
      waitFor(
        async () => {
          const [first, ...rest] = (await read(spec)).filter(where);
          const found = first ? 1 + rest.length : 0;
          if (!first || found < count) throw new Error(`${found} of ${count} ${spec.type} published`);
          return [first, ...rest] as const;
        },
        { deadlineMs },
      ),
    close: () => redis.disconnect(),
  };
}
