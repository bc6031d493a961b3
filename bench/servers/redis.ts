import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnServer, type Server } from './spawn-server.ts';

/** Redis with an append-only file synced once a second; it is never rewritten during a run. */
export async function startRedisServer(directory: string, port: number): Promise<Server> {
  const data = join(directory, 'redis');
  await mkdir(data);
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: data,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'auto-aof-rewrite-percentage': '0',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return spawnServer('redis-server', args, { port, logFile: join(directory, 'redis.log') });
}
