import { randomUUID } from 'node:crypto';
import { type BenchServers, startBenchServers } from './bus/bench-servers.ts';
import { GROUPS } from './bus/contender.ts';
import type { ContenderName } from './bus/contenders.ts';
import { type Measured, measure, WARM_UP } from './bus/measure.ts';
import { type Benchmark, type Figures, percentile, rounded } from './benchmark.ts';

const ROUNDS = 3;
const STEADY = { perS: 1_000, forS: 5 };
const INBOX_EVENTS = 30_000;

/** Events of one run with one group and with three: each takes a few seconds. */
const EVENTS = {
  ours: [60_000, 30_000],
  streams: [80_000, 40_000],
  bullmq: [20_000, 7_500],
  nats: [40_000, 20_000],
  rabbit: [30_000, 15_000],
} as const;
type Peer = keyof typeof EVENTS;
const PEERS = Object.keys(EVENTS) as Peer[];

type Say = (line: string) => void;

const described = (what: string, { eventsPerS, publisherUs, consumerUs, serverUs }: Measured): string =>
  `${what}: ${eventsPerS.toFixed(0)}/s; CPU per event: publisher ${publisherUs.toFixed(0)} µs, ` +
  `consumer ${consumerUs.toFixed(0)} µs each, server ${serverUs.toFixed(0)} µs`;

const median = (values: readonly number[]): number => percentile(values, 0.5);

type Gathered = Map<string, number[]>;

const add = (gathered: Gathered, figure: string, value: number): void => {
  gathered.set(figure, [...(gathered.get(figure) ?? []), value]);
};

async function run(
  servers: BenchServers,
  contender: ContenderName,
  groups: number,
  events: number,
  perS?: number,
): Promise<Measured> {
  await servers.clear();
  return measure({
    contender,
    endpoints: servers.endpoints,
    topic: { name: `bench-${randomUUID()}`, groups: GROUPS.slice(0, groups) },
    events,
    serverPid: servers.pidOf(contender),
    ...(perS !== undefined && { perS }),
  });
}

async function throughput(servers: BenchServers, peer: Peer, gathered: Gathered, say: Say): Promise<void> {
  for (const [index, groups] of ([1, 3] as const).entries()) {
    const measured = await run(servers, peer, groups, EVENTS[peer][index] ?? 0);
    say(described(`${peer}, ${groups} group(s)`, measured));
    add(gathered, `${peer}_${groups}`, measured.eventsPerS);
    add(gathered, `${peer}_publisher_us_${groups}`, measured.publisherUs);
    add(gathered, `${peer}_consumer_us_${groups}`, measured.consumerUs);
    add(gathered, `${peer}_server_us_${groups}`, measured.serverUs);
  }
}

async function latency(servers: BenchServers, peer: Peer, gathered: Gathered, say: Say): Promise<void> {
  const { latenciesMs } = await run(servers, peer, 1, STEADY.perS * STEADY.forS, STEADY.perS);
  const [p50, p99] = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 0.99)];
  say(`${peer} at ${STEADY.perS}/s: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  add(gathered, `${peer}_p50_ms_at_${STEADY.perS}`, p50);
  add(gathered, `${peer}_p99_ms_at_${STEADY.perS}`, p99);
}

async function inbox(servers: BenchServers, gathered: Gathered, say: Say): Promise<void> {
  const measured = await run(servers, 'ours_inbox', 1, INBOX_EVENTS);
  const effects = await servers.countEffects(GROUPS[0]);
  if (effects !== WARM_UP + INBOX_EVENTS) throw new Error(`${effects} effects of ${INBOX_EVENTS} events`);
  say(described('ours with the inbox, 1 group', measured));
  add(gathered, 'ours_inbox_effects_per_s', measured.eventsPerS);
  add(gathered, 'ours_inbox_consumer_us', measured.consumerUs);
}

async function runAll(say: Say): Promise<Figures> {
  const servers = await startBenchServers();
  const gathered: Gathered = new Map();
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`round ${round} of ${ROUNDS}`);
      for (const peer of PEERS) await throughput(servers, peer, gathered, say);
      await inbox(servers, gathered, say);
      for (const peer of PEERS) await latency(servers, peer, gathered, say);
    }
  } finally {
    await servers.stop();
  }
  return Object.fromEntries([...gathered].map(([figure, values]) => [figure, rounded(median(values))]));
}

/**
 * Events a second from the first publish until the last consumer has handled the last event, as medians of interleaved
 * rounds: one publisher, and one or three subscribing services, each in a process of its own, against the servers that
 * carry them on the same machine. The same 1 KB alert for all, sent in batches of 256 with two in flight. All are
 * durable, confirmed to the publisher and acknowledged by the consumer after the handler:
 *
 * - `ours`: this repository's bus without outbox and inbox; contract checked and AES-256-GCM at both ends, CloudEvents envelope.
 * - `streams`: plain JSON on Redis Streams, pipelined XADD, XREADGROUP of 256, one XACK a read.
 * - `bullmq`: plain JSON as jobs, addBulk and a Worker; for three services a job in the queue of each.
 * - `nats`: plain JSON on JetStream, file storage with the server's own sync interval (2 min), a durable pull consumer each.
 * - `rabbit`: plain JSON, persistent with publisher confirms to a quorum queue each (synced before the confirm), acknowledgements coalesced.
 *
 * Redis is one server for the first three, with an append-only file synced every second. CPU is what /proc says of the
 * processes: per event in publisher and server, per delivery in a consumer. Latency is from when an event was due, one a
 * millisecond, published alone, until its handler has it. `ours_inbox_*`: the handler writes a row for each event in the
 * transaction that remembers its id, on a PostgreSQL that fsyncs.
 */
export const benchmark: Benchmark = {
  goals: {
    ours_1: '>= 2.5 × bullmq_1, >= 0.55 × streams_1, > nats_1, > rabbit_1',
    ours_3: '>= 4 × bullmq_3, >= 0.55 × streams_3, > nats_3, > rabbit_3',
    ours_inbox_effects_per_s: '>= 5000',
    ours_p99_ms_at_1000: '<= 10',
  },
  run: runAll,
};
