import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { debianFile } from '../servers/debian-packages.ts';
import { type Server, spawnServer } from '../servers/spawn-server.ts';
import { haproxyConfig, nginxConfig } from './peer-configs.ts';

/** The one core that the proxy under test has for itself; what asks and what answers share the others. */
const PROXY_CORE = '0';

export const PEERS = ['nginx', 'haproxy', 'undici', 'http_proxy', 'fast_gateway'] as const;
export type Peer = (typeof PEERS)[number];

interface Place {
  readonly directory: string;
  readonly port: number;
  readonly upstreamPort: number;
}

/** Starts a program on the core of proxies. */
export const spawnPinned = (
  program: string,
  args: readonly string[],
  options: Parameters<typeof spawnServer>[2],
): Promise<Server> => spawnServer('taskset', ['-c', PROXY_CORE, program, ...args], options);

/** Starts a proxy that does nothing but proxy: no authentication, limits, log or metrics. */
export async function startPeer(peer: Peer, { directory, port, upstreamPort }: Place): Promise<Server> {
  const logFile = `${directory}/${peer}.log`;
  if (peer === 'nginx') {
    const file = `${directory}/nginx-proxy.conf`;
    await writeFile(file, nginxConfig(directory, 'proxy', `listen 127.0.0.1:${port};`, upstreamPort));
    return spawnPinned(await debianFile('proxies', 'usr/sbin/nginx'), ['-c', file, '-e', logFile], { port, logFile });
  }
  if (peer === 'haproxy') {
    const file = `${directory}/haproxy.cfg`;
    await writeFile(file, haproxyConfig(port, upstreamPort));
    const libraries = await debianFile('proxies', 'usr/lib/*-linux-gnu*');
    const env = { PATH: process.env['PATH'] ?? '', LD_LIBRARY_PATH: libraries };
    return spawnPinned(await debianFile('proxies', 'usr/sbin/haproxy'), ['-f', file, '-db'], { port, logFile, env });
  }
  const program = fileURLToPath(new URL('peer.process.ts', import.meta.url));
  return spawnPinned(process.execPath, [program, peer, String(port), String(upstreamPort)], { port, logFile });
}

/** A light server that answers every request of the benchmark, off the core of the proxies. */
export async function startUpstream(directory: string, port: number): Promise<Server> {
  const file = `${directory}/nginx-upstream.conf`;
  await writeFile(file, nginxConfig(directory, 'upstream', `listen 127.0.0.1:${port} backlog=4096;`));
  const logFile = `${directory}/upstream.log`;
  const nginx = await debianFile('proxies', 'usr/sbin/nginx');
  return spawnServer('taskset', ['-c', '1', nginx, '-c', file, '-e', logFile], { port, logFile });
}
