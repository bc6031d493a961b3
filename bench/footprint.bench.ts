import { setTimeout as pause } from 'node:timers/promises';
import { withFleet } from './bench-fleet.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { proportionalMb, residentMb } from './memory.ts';

const SETTLE_MS = 5_000;

async function untilHealthy(gatewayUrl: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${gatewayUrl}/services/health`);
    const report: unknown = await answer.json();
    if (typeof report === 'object' && report !== null && 'status' in report && report.status === 'ok') return;
    await pause(50);
  }
}

/**
 * Cold start of the whole fleet in an empty data directory (PostgreSQL is initialised, the replica copied, the schemas
 * migrated; the compile cache of an earlier start is used where there is one) until `/services/health` is ok, and the
 * memory of the nine services when they have settled.
 */
export const benchmark: Benchmark = {
  goals: { cold_start_s: '<= 10', rss_mb: '<= 900' },
  run: (say) => {
    const startedAtMs = performance.now();
    return withFleet({}, async (fleet) => {
      await untilHealthy(fleet.gatewayUrl);
      const coldStartS = (performance.now() - startedAtMs) / 1000;
      await pause(SETTLE_MS);
      let rssMb = 0;
      let pssMb = 0;
      for (const { name, pid } of fleet.services()) {
        if (pid === undefined) throw new Error(`${name} is not running`);
        const [resident, proportional] = [await residentMb(pid), await proportionalMb(pid)];
        say(`${name.padEnd(16)} ${resident.toFixed(1)} MB resident, ${proportional.toFixed(1)} MB proportional`);
        rssMb += resident;
        pssMb += proportional;
      }
      return { cold_start_s: rounded(coldStartS), rss_mb: rounded(rssMb), pss_mb: rounded(pssMb) };
    });
  },
};
