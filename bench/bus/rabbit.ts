import { type Channel, connect, type ConsumeMessage } from 'amqplib';
import { type BenchPayload, type Contender, PREFETCH } from './contender.ts';

const queueOf = (topic: string, group: string): string => `${topic}-${group}`;

/** Acknowledges with one frame all that arrived in one turn of the event loop. */
function coalescedAcks(channel: Channel): (message: ConsumeMessage) => void {
  let last: ConsumeMessage | undefined;
  return (message) => {
    if (last === undefined) {
      setImmediate(() => {
        if (last) channel.ack(last, true);
        last = undefined;
      });
    }
    last = message;
  };
}

/** A fanout exchange to a quorum queue for each group; persistent messages, publisher confirms, manual acknowledgements. */
export const rabbit: Contender = {
  prepare: async ({ rabbitUrl }, { name, groups }) => {
    const connection = await connect(rabbitUrl);
    const channel = await connection.createChannel();
    await channel.assertExchange(name, 'fanout', { durable: true });
    for (const group of groups) {
      const queue = queueOf(name, group);
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await channel.bindQueue(queue, name, '');
    }
    await connection.close();
  },
  openPublisher: async ({ rabbitUrl }, { name }) => {
    const connection = await connect(rabbitUrl);
    const channel = await connection.createConfirmChannel();
    const send = (payload: BenchPayload): Promise<void> =>
      new Promise((resolve, reject) => {
        channel.publish(name, '', Buffer.from(JSON.stringify(payload)), { persistent: true }, (error: unknown) => {
          if (error === null || error === undefined) resolve();
          else reject(error instanceof Error ? error : new Error('not confirmed'));
        });
      });
    return {
      publish: async (payloads) => {
        await Promise.all(payloads.map(send));
      },
      close: () => connection.close(),
    };
  },
  openConsumer: async ({ rabbitUrl }, { name }, group, handle) => {
    const connection = await connect(rabbitUrl);
    const channel = await connection.createChannel();
    await channel.prefetch(PREFETCH);
    const acknowledge = coalescedAcks(channel);
    await channel.consume(queueOf(name, group), (message) => {
      if (!message) return;
      // What the publisher above has written.
      handle(JSON.parse(message.content.toString()) as BenchPayload);
      acknowledge(message);
    });
    return () => connection.close();
  },
  clear: async ({ rabbitUrl }, { name, groups }) => {
    const connection = await connect(rabbitUrl);
    const channel = await connection.createChannel();
    for (const group of groups) await channel.deleteQueue(queueOf(name, group));
    await channel.deleteExchange(name);
    await connection.close();
  },
};
