/** What is needed to publish without a database: none of the drivers and queues that the whole bus brings along. */
export { createMessage, type Message } from './envelope.ts';
export { openKeyRingFile } from './key-ring-file.ts';
export { createStreamCare } from './stream-care.ts';
export { createStreamPublisher } from './stream-publisher.ts';
