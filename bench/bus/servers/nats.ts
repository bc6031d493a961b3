import { join } from 'node:path';
import { debianFile } from '../../servers/debian-packages.ts';
import { spawnServer, type Server } from '../../servers/spawn-server.ts';

/** NATS with JetStream in `directory`, as it syncs by itself. */
export async function startNatsServer(directory: string, port: number): Promise<Server> {
  const args = ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', join(directory, 'nats')];
  return spawnServer(await debianFile('queues', 'usr/sbin/nats-server'), args, {
    port,
    logFile: join(directory, 'nats.log'),
  });
}
