import { createDurations, createRegistry } from '@soc/monitoring';
import { createRequestMetrics } from '../services/gateway/src/request-metrics.ts';
import { type Benchmark, type Figures, percentile, rounded } from './benchmark.ts';
import { treeMs } from './cpu.ts';
import { type Bench, send, withContenders } from './gateway/contenders.ts';

const ROUNDS = 3;
const RECORDS = 1_000_000;
const REQUESTS = 12_000;
const SCRAPES = 300;
const SCRAPED_EVERY_S = 15;

/** Microseconds of this process's CPU for each call. */
function usOf(record: (index: number) => void): number {
  for (let index = 0; index < RECORDS / 10; index += 1) record(index);
  const before = process.cpuUsage();
  for (let index = 0; index < RECORDS; index += 1) record(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / RECORDS;
}

/** For a request at the gateway; and for one duration, of which a service writes down a few for each statement and event. */
function recordingUs(): { readonly request: number; readonly duration: number } {
  const registry = createRegistry('gateway', 'bench');
  const recorderOf = createRequestMetrics(registry);
  const durations = createDurations({
    registry,
    name: 'bench_duration_seconds',
    help: 'Of nothing.',
    labelNames: ['of'],
    bucketsS: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  });
  const recordDuration = durations.of({ of: 'bench' });
  return {
    request: usOf((index) => recorderOf('alert')('2xx', (index % 50) / 1_000)),
    duration: usOf((index) => recordDuration((index % 50) / 1_000)),
  };
}

/** Microseconds of the gateway's CPU for a request, and for an answer to Prometheus. */
async function askingUs(bench: Bench): Promise<{ readonly request: number; readonly scrape: number }> {
  const { ours } = bench;
  let before = await treeMs(ours.pid);
  const { requests } = await send(bench, ours, 'get', REQUESTS);
  const request = (((await treeMs(ours.pid)) - before) * 1_000) / requests;
  before = await treeMs(ours.pid);
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const answer = await fetch(`http://127.0.0.1:${ours.port}/metrics`);
    if (!answer.ok) throw new Error(`/metrics was answered ${answer.status}`);
    await answer.arrayBuffer();
  }
  return { request, scrape: (((await treeMs(ours.pid)) - before) * 1_000) / SCRAPES };
}

const runAll = (say: (line: string) => void): Promise<Figures> =>
  withContenders([], say, async (bench) => {
    const gathered = new Map<string, number[]>();
    const add = (figure: string, value: number) => gathered.set(figure, [...(gathered.get(figure) ?? []), value]);
    await send(bench, bench.ours, 'get', REQUESTS);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const recording = recordingUs();
      const asking = await askingUs(bench);
      say(`round ${round}: ${recording.request.toFixed(3)} µs of ${asking.request.toFixed(0)} µs a request`);
      add('record_us_request', recording.request);
      add('record_us_duration', recording.duration);
      add('cpu_us_request', asking.request);
      add('share_of_request_pct', (100 * recording.request) / asking.request);
      add('scrape_us', asking.scrape);
      add('share_of_core_scraped_pct', (100 * asking.scrape) / (SCRAPED_EVERY_S * 1e6));
    }
    const medians = [...gathered].map(([figure, all]) => [figure, rounded(percentile(all, 0.5), 3)] as const);
    return Object.fromEntries(medians);
  });

/**
 * What metrics cost: CPU for what the gateway writes down of one request, beside the whole of a request (1 KB GET) at the gateway
 * with everything on; for one duration; and of an answer to Prometheus, beside a core, when it asks every 15 seconds.
 * Written down in a loop, with warm caches: the share is the least it can be.
 */
export const benchmark: Benchmark = {
  goals: { share_of_request_pct: '<= 1', share_of_core_scraped_pct: '<= 0.5' },
  run: runAll,
};
