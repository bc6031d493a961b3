import type { Redis } from './connector.ts';

/** The reads of a connection, one at a time, of which the one under way can be ended. */
export interface OneRead {
  readonly run: <T>(read: Promise<T>) => Promise<T>;
  /** The read under way rejects, and the connection is of no use afterwards. */
  readonly interrupt: () => void;
}

/**
 * ioredis 6.0 forgets what waits in its queue when it is disconnected between two attempts to connect: such a read would
 * never end, nor whoever waits for it to stop.
 */
export function createOneRead(reader: Redis): OneRead {
  let giveUp: (reason: Error) => void = () => undefined;
  return {
    run: (read) =>
      new Promise((resolve, reject) => {
        giveUp = reject;
        read.then(resolve, reject);
      }),
    interrupt: () => {
      reader.disconnect();
      giveUp(new Error('the read was interrupted'));
    },
  };
}
