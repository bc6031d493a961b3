import { ServiceName } from '@soc/contracts';
import { type Fleet, logIn } from '@soc/fleet';
import { startTraceCollector } from '@soc/fleet/testing';
import { Pool } from 'undici';
import { withFleet } from './bench-fleet.ts';
import { type Benchmark, type Figures, percentile, rounded } from './benchmark.ts';
import { cpuMs } from './cpu.ts';

/** Without traces twice in each round: what differs between the two is the machine's. */
const RATIOS = { off: undefined, sampled_1: '0.01', sampled_100: '1', off_again: undefined } as const;
type Setting = keyof typeof RATIOS;

const ROUNDS = 2;
const WARM_UP_ALERTS = 2_000;
const ALERTS = 4_000;
const CONNECTIONS = 16;
const MEASURED = ['gateway', 'alert'] as const;

const environmentOf = (setting: Setting, collectorUrl: string): Readonly<Record<string, string>> => {
  const ratio = RATIOS[setting];
  const limits = { RATE_LIMIT_PER_S: '1000000', RATE_LIMIT_BURST: '1000000' };
  if (ratio === undefined) return limits;
  return {
    ...limits,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_TRACES_SAMPLER_ARG: ratio,
    // Nothing may be dropped that is to be paid for.
    OTEL_BSP_MAX_QUEUE_SIZE: '200000',
  };
};

async function postAlerts({ gatewayUrl }: Fleet, token: string, name: string, count: number): Promise<void> {
  const pool = new Pool(gatewayUrl, { connections: CONNECTIONS });
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const id = `${name}-${next++}`;
      const body = JSON.stringify({ title: `Process ${id}`, severity: 'low', source: 'bench', fingerprint: id });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const answer = await pool.request({ method: 'POST', path: '/api/v1/alerts', body, headers });
      await answer.body.dump();
      if (answer.statusCode !== 201) throw new Error(`an alert was answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  await pool.close();
}

/** Microseconds of CPU an alert, of the gateway and of the alert service, what follows from the alert in the latter included. */
const measure = (setting: Setting, collectorUrl: string): Promise<ReadonlyMap<string, number>> => {
  const env = Object.fromEntries(ServiceName.options.map((name) => [name, environmentOf(setting, collectorUrl)]));
  return withFleet({ only: ['alert'], hasReplica: false, isDurable: false, env }, async (fleet) => {
    const { accessToken } = await logIn(fleet.gatewayUrl, fleet.admin);
    await postAlerts(fleet, accessToken, 'warm-up', WARM_UP_ALERTS);
    const before = await cpuMs(fleet);
    await postAlerts(fleet, accessToken, 'measured', ALERTS);
    const after = await cpuMs(fleet);
    const usOf = (name: string): number => (((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1_000) / ALERTS;
    return new Map(MEASURED.map((name) => [name, usOf(name)]));
  });
};

async function runAll(say: (line: string) => void): Promise<Figures> {
  const collector = await startTraceCollector();
  const gathered = new Map<string, number[]>();
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const setting of Object.keys(RATIOS) as Setting[]) {
        for (const [service, us] of await measure(setting, collector.url)) {
          say(`round ${round}, ${setting}: ${us.toFixed(0)} µs of CPU an alert at ${service}`);
          const figure = `cpu_us_${service}_${setting.replace('_again', '')}`;
          gathered.set(figure, [...(gathered.get(figure) ?? []), us]);
        }
      }
    }
  } finally {
    await collector.close();
  }
  const medians = new Map([...gathered].map(([figure, values]) => [figure, percentile(values, 0.5)]));
  const ratios = MEASURED.flatMap((service) =>
    (['sampled_1', 'sampled_100'] as const).map((setting): [string, number] => {
      const off = medians.get(`cpu_us_${service}_off`) ?? Number.NaN;
      return [`ratio_${service}_${setting}`, (medians.get(`cpu_us_${service}_${setting}`) ?? Number.NaN) / off];
    }),
  );
  const figures = [...medians, ...ratios].map(([figure, value]) => [figure, rounded(value, 2)] as const);
  return Object.fromEntries(figures);
}

/**
 * What traces cost: CPU an alert (from /proc) of the gateway and of the alert service, without traces, with one trace in a
 * hundred, and with all of them, each in a fleet of its own, as medians of interleaved rounds. The collector is in the process
 * of the benchmark, and reads what it is sent. Metrics have no switch: every figure has them in it.
 */
export const benchmark: Benchmark = {
  goals: { ratio_gateway_sampled_1: '<= 1.05', ratio_alert_sampled_1: '<= 1.05' },
  run: runAll,
};
