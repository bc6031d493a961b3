import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { type Benchmark, type Figures, rounded } from './benchmark.ts';
import { type Corpus, makeCorpus } from './sigma/corpus.ts';
import type { OurFigures } from './sigma/our-figures.ts';
import { installRsigma, measureRsigma, type PeerFigures } from './sigma/rsigma.ts';

const EVENTS = 200_000;

/** Taken in turns with the peer's, since a shared machine changes its pace from minute to minute. */
const ROUNDS = 3;

/** As much for what is soon of no use as the threads of the alert service have: three times this. */
const YOUNG = '--max-semi-space-size=64';

async function measureOurs({ rulesDirectory, eventsFile }: Corpus): Promise<OurFigures> {
  const script = fileURLToPath(new URL('sigma/ours.process.ts', import.meta.url));
  const node = [process.execPath, '--expose-gc', YOUNG, script, rulesDirectory, eventsFile];
  const { stdout } = await promisify(execFile)('taskset', ['-c', '0', ...node]);
  // The process is ours, and its last word is its figures.
  return JSON.parse(stdout) as OurFigures;
}

/** The round in the middle by its cost of an event. */
const middle = <Measured extends { readonly cpuUs: number }>(measured: readonly Measured[]): Measured | undefined =>
  measured.toSorted((a, b) => a.cpuUs - b.cpuUs)[Math.floor(measured.length / 2)];

async function runIn(directory: string, say: (line: string) => void): Promise<Figures> {
  const corpus = await makeCorpus(directory, EVENTS);
  say(`${corpus.rules} rules, ${corpus.events} events`);
  const command = installRsigma(say);
  const [rounds, peers]: [OurFigures[], PeerFigures[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured = await measureOurs(corpus);
    say(`ours: ${measured.cpuUs.toFixed(1)} µs an event, ${measured.matches} matches`);
    rounds.push(measured);
    if (command !== undefined) peers.push(await measureRsigma(command, corpus, say, peers[0]));
  }
  const [ours, peer] = [middle(rounds), middle(peers)];
  if (!ours) throw new Error('nothing was measured');
  return {
    events_per_s: rounded(1e6 / ours.cpuUs, 0),
    cpu_us_per_event: rounded(ours.cpuUs),
    match_us_per_event: rounded(ours.matchUs),
    match_events_per_s: rounded(1e6 / ours.matchUs, 0),
    json_us_per_event: rounded(ours.parseUs),
    rules: ours.rules,
    match_us_100_rules: rounded(ours.matchUs100),
    match_us_1000_rules: rounded(ours.matchUs1000),
    growth_100_to_all: rounded(ours.matchUs / ours.matchUs100),
    read_s: rounded(ours.readS, 2),
    compile_s: rounded(ours.compileS, 2),
    rss_mb: rounded(ours.rssMb, 0),
    rules_heap_mb: rounded(ours.rulesHeapMb),
    engine_heap_mb: rounded(ours.engineHeapMb),
    ...(peer && {
      rsigma_events_per_s: rounded(1e6 / peer.cpuUs, 0),
      rsigma_cpu_us_per_event: rounded(peer.cpuUs),
      rsigma_load_s: rounded(peer.loadS, 2),
    }),
  };
}

/**
 * Matching Windows events against all rules that load, on one core: our engine in a process of its own, and rsigma with its
 * fastest index, in turns. Both get the same rules and the same flat events as lines of JSON, and parse them; rates are made of CPU
 * time, so that what else the machine does changes them little. Loading the rules is not in them.
 */
export const benchmark: Benchmark = {
  goals: { events_per_s: '>= 20000', cpu_us_per_event: '<= 50', growth_100_to_all: '< 35' },
  run: async (say) => {
    const temporary = await makeTemporaryDirectory('bench-sigma');
    try {
      return await runIn(temporary.path, say);
    } finally {
      await temporary[Symbol.asyncDispose]();
    }
  },
};
