import { Redis as SingleRedis, type RedisOptions } from 'ioredis';
import type { Endpoint } from './target.ts';

interface WatchOptions {
  readonly sentinels: readonly Endpoint[];
  readonly masterName: string;
  /** How to connect to a Sentinel. */
  readonly settings: Omit<RedisOptions, 'replyMapping'>;
}

/**
 * Returns a function that takes a connection in. As long as any is open the Sentinels are listened to, and when one tells of
 * a new master all connections look for it. A connection notices by itself when the old master is gone or knows of its
 * demotion; this is for one that hangs, or is cut off from the Sentinels but not from us and takes writes that will be lost.
 */
export function createFailoverWatch(options: WatchOptions): (redis: SingleRedis) => void {
  const open = new Set<SingleRedis>();
  let listeners: readonly SingleRedis[] = [];
  return (redis) => {
    open.add(redis);
    if (listeners.length === 0) {
      listeners = listenToSentinels(options, () => open.forEach(lookForMaster));
    }
    redis.once('end', () => {
      open.delete(redis);
      if (open.size > 0) return;
      for (const listener of listeners) listener.disconnect();
      listeners = [];
    });
  };
}

/**
 * Every Sentinel tells of the same failover, so a connection may be looking already. It must not be disturbed meanwhile:
 * ioredis 6.0 gives up for good what is disconnected while it connects. What it finds may still be the old master, so it
 * looks once more when it is there.
 */
function lookForMaster(redis: SingleRedis): void {
  if (redis.status === 'ready') redis.disconnect(true);
  else if (redis.listenerCount('ready', lookAgain) === 0) redis.once('ready', lookAgain);
}

function lookAgain(this: SingleRedis): void {
  this.disconnect(true);
}

const listenToSentinels = (
  { sentinels, masterName, settings }: WatchOptions,
  onFailover: () => void,
): readonly SingleRedis[] =>
  sentinels.map(({ host, port }) => {
    const listener = new SingleRedis({ ...settings, host, port, maxRetriesPerRequest: null });
    listener.on('error', () => undefined); // that a Sentinel is away is told by the connections that ask it for the master
    listener.on('message', (_: string, text: string) => {
      if (text.split(' ')[0] === masterName) onFailover();
    });
    // Waits for the Sentinel and is repeated after a reconnect; only the end of the watch rejects it.
    listener.subscribe('+switch-master').catch(() => undefined);
    return listener;
  });
