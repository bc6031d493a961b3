import { type Benchmark, type Figures, percentile, rounded } from './benchmark.ts';
import { treeMs } from './cpu.ts';
import {
  type Bench,
  CONNECTIONS,
  type Contender,
  KINDS,
  type Proxy,
  send,
  withContenders,
} from './gateway/contenders.ts';
import { steadyLatenciesMs } from './gateway/open-loop.ts';
import { PEERS } from './gateway/proxies.ts';

/** Many and short, in turn: what others do on the machine then meets all alike. */
const ROUNDS = 9;
const SLICE_S = 2;
/** Before each slice: caches are cold, and leases of the rates have run out. */
const WARM_UP_SLICE_S = 1;
/** Of a proxy and of a kind, before the first round; a slow machine gets more time, since compilers warm up by calls. */
const WARM_UP_REQUESTS = 12_000;
const STEADY = { perS: 2_000, forS: 8, everyRounds: 3 };

type Gathered = Map<string, number[]>;

const add = (gathered: Gathered, figure: string, value: number): void => {
  gathered.set(figure, [...(gathered.get(figure) ?? []), value]);
};

/** As many seconds of GET as of POST; what counts is a request of either, half of them each. */
async function measure(bench: Bench, name: Contender, proxy: Proxy, gathered: Gathered): Promise<void> {
  const us: number[] = [];
  const secondsEach: number[] = [];
  for (const kind of ['get', 'post'] as const) {
    await send(bench, proxy, kind, 1, WARM_UP_SLICE_S);
    const before = await treeMs(proxy.pid);
    const { requests, perS } = await send(bench, proxy, kind, 1, SLICE_S);
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
  const suffix = name === 'ours' ? '' : `_${name}`;
  for (const [p, share] of Object.entries({ p50: 0.5, p99: 0.99 })) {
    add(gathered, `${p}_ms_at_${STEADY.perS}${suffix}`, percentile(latenciesMs, share));
  }
  const p99 = percentile(latenciesMs, 0.99);
  bench.say(`${name} at ${STEADY.perS}/s: p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
}

const runAll = (say: Bench['say']): Promise<Figures> =>
  withContenders(PEERS, say, async (bench) => {
    const gathered: Gathered = new Map();
    for (const proxy of bench.proxies.values()) {
      for (const kind of ['get', 'post'] as const) await send(bench, proxy, kind, WARM_UP_REQUESTS);
    }
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`round ${round} of ${ROUNDS}`);
      for (const [name, proxy] of bench.proxies) await measure(bench, name, proxy, gathered);
      if (round % STEADY.everyRounds !== 0) continue;
      for (const [name, proxy] of bench.proxies) {
        if (name === 'ours' || name === 'nginx') await steady(bench, name, proxy, gathered);
      }
    }
    const medians = [...gathered].map(([figure, values]) => [figure, rounded(percentile(values, 0.5))] as const);
    return Object.fromEntries(medians);
  });

/**
 * CPU a request (of the proxy's process, from /proc) and requests a second, as medians of interleaved rounds: 1 KB GET and 2 KB
 * POST, half of each, 64 connections that are kept, fifty callers. The proxy has a core for itself; wrk, the upstream (an
 * nginx that answers by itself) and Redis have the other. Our gateway, asked by clients that connect to it (`ours`) and
 * as it is behind a proxy that ends TLS (`ours_long`), is as the fleet runs it: access tokens, permissions,
 * rate limits in Redis, breakers, metrics and the access log in a file. All others do nothing but proxy. Latency is from when
 * a request was due, at a steady rate, until its last byte. `gateway-memory` does a million requests, and nothing else.
 */
export const benchmark: Benchmark = {
  goals: {
    cpu_us_ours: '<= cpu_us_http_proxy, <= 4 × cpu_us_nginx',
    rps_ours: '>= 1.5 × rps_fast_gateway',
    p99_ms_at_2000: '<= 5',
  },
  run: runAll,
};
