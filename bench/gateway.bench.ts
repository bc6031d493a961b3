import { makeTemporaryDirectory, takeFreePorts } from '@soc/fleet/testing';
import { type Benchmark, type Figures, percentile, rounded } from './benchmark.ts';
import { treeMs } from './cpu.ts';
import { steadyLatenciesMs } from './gateway/open-loop.ts';
import { startOurs } from './gateway/ours.ts';
import { PEERS, type Peer, startPeer, startUpstream } from './gateway/proxies.ts';
import { load, type Loaded } from './gateway/wrk.ts';
import { residentMb } from './memory.ts';
import { startRedisServer } from './servers/redis.ts';
import type { Server } from './servers/spawn-server.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
/** Of one run; a slow machine gets more time, since compilers warm up by calls. */
const REQUESTS = 20_000;
/** Before the first run of a proxy and of a kind, and before each later one, when only its connections are new. */
const WARM_UP_REQUESTS = { first: 15_000, later: 2_000 };
const SLICE_S = 2;
const WARM_UP_SLICE_S = 1;
const STEADY = { perS: 2_000, forS: 10 };
const MILLION = 1_000_000;

const ALERT = '0190a3f4-6c1e-7b3a-9d2e-5f6a7b8c9d0e';
const KINDS = {
  get: { method: 'GET', path: `/api/v1/alerts/${ALERT}` },
  post: { method: 'POST', path: '/api/v1/alerts', body: JSON.stringify({ title: 'x'.repeat(2_036) }) },
} as const;
type Kind = keyof typeof KINDS;

type Contender = Peer | 'ours';
interface Proxy extends Server {
  readonly port: number;
  /** Requests so far. */
  answered: number;
}
interface Bench {
  readonly directory: string;
  readonly proxies: ReadonlyMap<Contender, Proxy>;
  readonly tokens: readonly string[];
  readonly say: (line: string) => void;
}
type Gathered = Map<string, number[]>;

const add = (gathered: Gathered, figure: string, value: number): void => {
  gathered.set(figure, [...(gathered.get(figure) ?? []), value]);
};

/** At least so many requests, as fast as they are answered. */
async function send(
  { directory, tokens }: Bench,
  proxy: Proxy,
  kind: Kind,
  least: number,
  forS = SLICE_S,
): Promise<Loaded> {
  const { port } = proxy;
  let requests = 0;
  let elapsedS = 0;
  while (requests < least) {
    const part = await load(directory, { ...KINDS[kind], port, tokens, connections: CONNECTIONS, forS });
    requests += part.requests;
    elapsedS += part.requests / part.perS;
  }
  proxy.answered += requests;
  return { requests, perS: requests / elapsedS };
}

/** As many seconds of GET as of POST; what counts is a request of either, half of them each. */
async function measure(bench: Bench, name: Contender, proxy: Proxy, gathered: Gathered): Promise<void> {
  const us: number[] = [];
  const secondsEach: number[] = [];
  for (const kind of ['get', 'post'] as const) {
    const isFirst = !gathered.has(`cpu_us_${name}_${kind}`);
    await send(bench, proxy, kind, WARM_UP_REQUESTS[isFirst ? 'first' : 'later'], WARM_UP_SLICE_S);
    const before = await treeMs(proxy.pid);
    const { requests, perS } = await send(bench, proxy, kind, REQUESTS);
    const cpuUs = (((await treeMs(proxy.pid)) - before) * 1000) / requests;
    bench.say(`${name} ${kind}: ${cpuUs.toFixed(1)} µs of CPU a request, ${perS.toFixed(0)}/s`);
    add(gathered, `cpu_us_${name}_${kind}`, cpuUs);
    us.push(cpuUs);
    secondsEach.push(1 / perS);
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  add(gathered, `cpu_us_${name}`, mean(us));
  add(gathered, `rps_${name}`, 1 / mean(secondsEach));
}

async function steady(bench: Bench, name: Contender, proxy: Proxy, gathered: Gathered): Promise<void> {
  const [token = ''] = bench.tokens;
  const { path } = KINDS.get;
  const latenciesMs = await steadyLatenciesMs({ port: proxy.port, path, token, connections: CONNECTIONS, ...STEADY });
  proxy.answered += latenciesMs.length;
  const suffix = name === 'ours' ? '' : `_${name}`;
  for (const [p, share] of Object.entries({ p50: 0.5, p99: 0.99 })) {
    add(gathered, `${p}_ms_at_${STEADY.perS}${suffix}`, percentile(latenciesMs, share));
  }
  const p99 = percentile(latenciesMs, 0.99);
  bench.say(`${name} at ${STEADY.perS}/s: p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
}

interface Footprint {
  readonly mb: number;
  readonly answered: number;
}

/** After at least so many requests in all. */
async function footprintAfter(bench: Bench, proxy: Proxy, requests: number): Promise<Footprint> {
  // The one at a steady rate is the last of a round, and leaves fewer connections than the load does.
  await send(bench, proxy, 'get', Math.max(1, requests - proxy.answered), SLICE_S);
  return { mb: await residentMb(proxy.pid), answered: proxy.answered };
}

/** From after a tenth of a million requests until after another million: those of the rounds, and what is missing to it. */
async function growthMb(bench: Bench, proxy: Proxy, before: Footprint): Promise<Figures> {
  const after = await footprintAfter(bench, proxy, before.answered + MILLION);
  const requests = after.answered - before.answered;
  bench.say(`ours: ${before.mb.toFixed(0)} MB resident, ${after.mb.toFixed(0)} MB ${requests} requests later`);
  return { rss_mb: rounded(before.mb), rss_growth_mb: rounded(after.mb - before.mb) };
}

async function start(directory: string, say: Bench['say']): Promise<{ bench: Bench; stop: () => Promise<void> }> {
  const [upstreamPort, redisPort = 0, port = 0, ...peerPorts] = await takeFreePorts(3 + PEERS.length);
  const upstream = await startUpstream(directory, upstreamPort);
  const redis = await startRedisServer(directory, redisPort);
  const ours = await startOurs(directory, { port, upstreamPort, redisPort });
  const proxies = new Map<Contender, Proxy>([['ours', { ...ours, port, answered: 0 }]]);
  for (const [index, peer] of PEERS.entries()) {
    const at = peerPorts[index] ?? 0;
    const started = await startPeer(peer, { directory, port: at, upstreamPort });
    proxies.set(peer, { ...started, port: at, answered: 0 });
  }
  const servers = [...proxies.values(), redis, upstream];
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())));
  return { bench: { directory, proxies, tokens: ours.tokens, say }, stop };
}

async function runAll(say: Bench['say']): Promise<Figures> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const temporary = await makeTemporaryDirectory('bench-gateway');
  const { bench, stop } = await start(temporary.path, say);
  const gathered: Gathered = new Map();
  const ours = bench.proxies.get('ours');
  let before: Footprint | undefined;
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`round ${round} of ${ROUNDS}`);
      for (const [name, proxy] of bench.proxies) await measure(bench, name, proxy, gathered);
      for (const [name, proxy] of bench.proxies) {
        if (name === 'ours' || name === 'nginx') await steady(bench, name, proxy, gathered);
      }
      before ??= ours && (await footprintAfter(bench, ours, MILLION / 10));
    }
    const growth = ours && before && (await growthMb(bench, ours, before));
    const medians = [...gathered].map(([figure, values]) => [figure, rounded(percentile(values, 0.5))] as const);
    return { ...Object.fromEntries(medians), ...growth };
  } finally {
    await stop();
    await temporary[Symbol.asyncDispose]();
  }
}

/**
 * CPU a request (of the proxy's process, from /proc) and requests a second, as medians of interleaved rounds: 1 KB GET and 2 KB
 * POST, half of each, 64 connections that are kept, fifty callers. The proxy has a core for itself; wrk, the upstream (an
 * nginx that answers by itself) and Redis have the other. Our gateway is as the fleet runs it: access tokens, permissions,
 * rate limits in Redis, breakers, metrics and the access log in a file. All others do nothing but proxy. Latency is from when
 * a request was due, at a steady rate, until its last byte.
 */
export const benchmark: Benchmark = {
  goals: {
    cpu_us_ours: '<= cpu_us_http_proxy, <= 4 × cpu_us_nginx',
    rps_ours: '>= 1.5 × rps_fast_gateway',
    p99_ms_at_2000: '<= 5',
    rss_growth_mb: 'flat',
  },
  run: runAll,
};
