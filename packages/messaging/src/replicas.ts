import type { Redis } from './redis.ts';

export const ACK_WITHIN_MS = 2_000;

/** Redis has the messages, but not as many replicas as asked for said so in time: a failover could lose them. */
export class TooFewReplicasError extends Error {
  override readonly name = 'TooFewReplicasError';
}

export function demandReplicas(acks: number, replicasToAck: number, what: string): void {
  if (acks < replicasToAck) throw new TooFewReplicasError(`${acks} of ${replicasToAck} replicas have ${what}`);
}

/**
 * Resolves when so many replicas have what this connection has written so far to the node of a key; throws
 * `TooFewReplicasError` after 2 s. The connection is held up meanwhile.
 */
export async function confirmReplicas(redis: Redis, key: string, replicasToAck: number): Promise<void> {
  // In a cluster `WAIT` speaks for the node it is sent to: that of the other command.
  const answers = (await redis.pipeline().exists(key).wait(replicasToAck, ACK_WITHIN_MS).exec()) ?? [];
  const failed = answers.find(([error]) => error)?.[0];
  if (failed) throw failed;
  demandReplicas(Number(answers.at(-1)?.[1] ?? 0), replicasToAck, key);
}
