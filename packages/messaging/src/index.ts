export type { BusOperations } from './bus-operations.ts';
export { createEventBus, type EventBus, type EventBusOptions } from './bus.ts';
export type { BusLimits } from './bus-limits.ts';
export {
  createMessage,
  decodeMessage,
  InvalidEventError,
  type Message,
  type Origin,
  type PublishMeta,
} from './envelope.ts';
export { safeReason } from './failure-reason.ts';
export { openFrame, sealFrame } from './frame.ts';
export { createKeyRing, type KeyRing, KeyRingData, newKey, newKeyRing, sealingKeyId } from './key-ring.ts';
export { openKeyRingFile } from './key-ring-file.ts';
export type { BusLog } from './log.ts';
export type { Outbox } from './outbox.ts';
export { streamKey } from './redis.ts';
export type { RefusedMessage } from './refusal.ts';
export { TooFewReplicasError } from './replicas.ts';
export { createStreamPublisher, FRAME_FIELD, type StreamPublisher } from './stream-publisher.ts';
export {
  type BatchItem,
  batchSubscription,
  type HandlerContext,
  NonRetryableError,
  type Subscription,
  subscription,
} from './subscription.ts';

/** Folder of the migrations that create outbox, inbox and dead letters in a service's schema. */
export const messagingMigrations = new URL('../migrations/', import.meta.url);
