import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type BenchPayload, type Contender, PREFETCH } from './contender.ts';

/** JetStream with file storage: publish and its acknowledgement, a durable pull consumer a group, explicit acknowledgements. */
export const nats: Contender = {
  prepare: async ({ natsUrl }, { name, groups }) => {
    const connection = await connect({ servers: natsUrl });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({
      name,
      subjects: [name],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      num_replicas: 1,
    });
    for (const group of groups) {
      await manager.consumers.add(name, {
        durable_name: group,
        ack_policy: AckPolicy.Explicit,
        max_ack_pending: PREFETCH * 4,
      });
    }
    await connection.close();
  },
  openPublisher: async ({ natsUrl }, { name }) => {
    const connection = await connect({ servers: natsUrl });
    const client = jetstream(connection);
    return {
      publish: async (payloads) => {
        await Promise.all(payloads.map((payload) => client.publish(name, JSON.stringify(payload))));
      },
      close: () => connection.close(),
    };
  },
  openConsumer: async ({ natsUrl }, { name }, group, handle) => {
    const connection = await connect({ servers: natsUrl });
    const consumer = await jetstream(connection).consumers.get(name, group);
    const messages = await consumer.consume({
      max_messages: PREFETCH,
      callback: (message) => {
        handle(message.json<BenchPayload>());
        message.ack();
      },
    });
    return async () => {
      await messages.close();
      await connection.drain();
    };
  },
  clear: async ({ natsUrl }, { name }) => {
    const connection = await connect({ servers: natsUrl });
    await (await jetstreamManager(connection)).streams.delete(name);
    await connection.close();
  },
};
