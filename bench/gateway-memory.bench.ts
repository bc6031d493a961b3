import { type Benchmark, type Figures, rounded } from './benchmark.ts';
import { send, withContenders } from './gateway/contenders.ts';
import { residentMb } from './memory.ts';

/** Until compilers and caches have what they will keep. */
const WARM_UP_REQUESTS = 100_000;
const REQUESTS = 1_000_000;
const TOLD_EVERY_REQUESTS = 200_000;

const run = (say: (line: string) => void): Promise<Figures> =>
  withContenders([], say, async (bench) => {
    const { ours } = bench;
    await send(bench, ours, 'get', WARM_UP_REQUESTS);
    const beforeMb = await residentMb(ours.pid);
    let [requests, afterMb] = [0, beforeMb];
    while (requests < REQUESTS) {
      const least = Math.min(TOLD_EVERY_REQUESTS, REQUESTS - requests);
      requests += (await send(bench, ours, 'get', least)).requests;
      afterMb = await residentMb(ours.pid);
      say(`${afterMb.toFixed(0)} MB resident after ${requests} requests, ${beforeMb.toFixed(0)} MB before them`);
    }
    return { requests, rss_mb: rounded(beforeMb), rss_growth_mb: rounded(afterMb - beforeMb) };
  });

/** Resident memory of our gateway, with everything on, after a tenth of a million requests and after a million more. */
export const benchmark: Benchmark = { goals: { rss_growth_mb: 'flat' }, run };
