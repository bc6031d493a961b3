import { makeTemporaryDirectory, takeFreePorts } from '@soc/fleet/testing';
import { startRedisServer } from '../servers/redis.ts';
import type { Server } from '../servers/spawn-server.ts';
import { startOurs } from './ours.ts';
import { type Peer, startPeer, startUpstream } from './proxies.ts';
import { load, type Loaded } from './wrk.ts';

export const CONNECTIONS = 64;
const SLICE_S = 2;

const ALERT = '0190a3f4-6c1e-7b3a-9d2e-5f6a7b8c9d0e';
/** 1 KB comes back; 2 KB go. */
export const KINDS = {
  get: { method: 'GET', path: `/api/v1/alerts/${ALERT}` },
  post: { method: 'POST', path: '/api/v1/alerts', body: JSON.stringify({ title: 'x'.repeat(2_036) }) },
} as const;
export type Kind = keyof typeof KINDS;

/** `ours_long` is our gateway with requests that go all the way through Fastify, as they do behind a proxy that ends TLS. */
export type Contender = Peer | 'ours' | 'ours_long';

/** A proxy that is measured. */
export interface Proxy extends Server {
  readonly port: number;
  /** That goes with each request. */
  readonly field?: readonly [string, string];
}

/** Proxies that run side by side, and what they are measured with. */
export interface Bench {
  readonly directory: string;
  readonly ours: Proxy;
  readonly proxies: ReadonlyMap<Contender, Proxy>;
  readonly tokens: readonly string[];
  readonly say: (line: string) => void;
}

/** At least so many requests, as fast as they are answered. */
export async function send(
  { directory, tokens }: Bench,
  proxy: Proxy,
  kind: Kind,
  least: number,
  forS = SLICE_S,
): Promise<Loaded> {
  const { port, field } = proxy;
  let requests = 0;
  let elapsedS = 0;
  while (requests < least) {
    const part = await load(directory, {
      ...KINDS[kind],
      port,
      tokens,
      connections: CONNECTIONS,
      forS,
      ...(field && { field }),
    });
    if (part.requests === 0) throw new Error(`no request of ${forS} s was answered`);
    requests += part.requests;
    elapsedS += part.requests / part.perS;
  }
  return { requests, perS: requests / elapsedS };
}

async function start(
  directory: string,
  peers: readonly Peer[],
  say: Bench['say'],
): Promise<{ bench: Bench; stop: () => Promise<void> }> {
  const [upstreamPort, redisPort = 0, port = 0, ...peerPorts] = await takeFreePorts(3 + peers.length);
  const upstream = await startUpstream(directory, upstreamPort);
  const redis = await startRedisServer(directory, redisPort);
  const { tokens, ...server } = await startOurs(directory, { port, upstreamPort, redisPort });
  const ours: Proxy = { ...server, port };
  // It has an access token as well, and so no key is looked at.
  const long: Proxy = { ...ours, field: ['x-api-key', 'unused'] };
  const proxies = new Map<Contender, Proxy>([
    ['ours', ours],
    ['ours_long', long],
  ]);
  for (const [index, peer] of peers.entries()) {
    const at = peerPorts[index] ?? 0;
    const started = await startPeer(peer, { directory, port: at, upstreamPort });
    proxies.set(peer, { ...started, port: at });
  }
  const others = [...proxies.values()].filter((proxy) => proxy !== long);
  const servers = [...others, redis, upstream];
  const stop = async () => void (await Promise.all(servers.map((one) => one.stop())));
  return { bench: { directory, ours, proxies, tokens, say }, stop };
}

/** Runs something with our gateway and its peers, which are gone when it ends. */
export async function withContenders<Result>(
  peers: readonly Peer[],
  say: Bench['say'],
  run: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const temporary = await makeTemporaryDirectory('bench-gateway');
  const { bench, stop } = await start(temporary.path, peers, say);
  try {
    return await run(bench);
  } finally {
    await stop();
    await temporary[Symbol.asyncDispose]();
  }
}
