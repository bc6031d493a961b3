import { Command } from 'ioredis';
import type { Redis } from './connector.ts';

/**
 * One command, written in the call, also on a connection that pipelines single commands by itself: there they wait a moment,
 * and may be overtaken. A pipeline of one does the same with many more objects: they were a third of what a publisher of
 * single events left to the collector of old garbage.
 */
export function sendAtOnce(redis: Redis, name: string, args: (string | Buffer)[]): Promise<unknown> {
  const command = new Command(name, args, { replyEncoding: 'utf8' });
  void redis.sendCommand(command); // answers with the promise below
  return command.promise;
}
