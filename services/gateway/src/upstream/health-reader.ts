import { ServiceName } from '@soc/contracts';
import type { InstanceHealth } from '@soc/contracts/gateway/services-health';
import type { HealthChecker } from '@soc/monitoring';
import { z } from 'zod';
import type { Instance } from './instance.ts';
import type { Upstreams } from './upstreams.ts';

/** What `GET /health` of a service answers. */
const Report = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  version: z.string(),
  uptimeS: z.number(),
  checks: z.record(z.string(), z.unknown()),
});

export interface KnownHealth {
  readonly service: ServiceName;
  readonly health: InstanceHealth;
}

/** The whole answer is promised within two seconds. */
const REPORT_WITHIN_MS = 1_500;
/** Anyone may ask, so asking often must not cost the services more. */
const KEEP_MS = 500;

async function reportOf({ pool }: Instance): Promise<z.infer<typeof Report> | undefined> {
  try {
    const signal = AbortSignal.timeout(REPORT_WITHIN_MS);
    const { body } = await pool.request({ method: 'GET', path: '/health', signal });
    return Report.parse(await body.json());
  } catch {
    return undefined; // No answer, or none of a service of ours.
  }
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** What the gateway makes of an instance. */
const standingOf = (instance: Instance) => ({
  name: instance.name,
  healthy: instance.isHealthy,
  ejected: instance.isEjected,
  draining: instance.isDraining,
  share: Math.round(instance.share * 100) / 100,
  outstanding: instance.outstanding,
  recentLatencyMs: instance.latencyMs === 0 ? null : rounded(instance.latencyMs),
  breaker: instance.breaker.state(),
  breakerOrder: instance.breaker.order(),
});

/** The gateway as it sees itself. Each speaks for itself: there is no other in its configuration. */
const OURSELVES = {
  name: 'gateway-0',
  healthy: true,
  ejected: false,
  draining: false,
  share: 1,
  outstanding: 0,
  recentLatencyMs: null,
  breaker: 'closed',
  breakerOrder: 'auto',
} as const;

/** What an instance said of itself, and how long that took. */
interface Statement {
  readonly instance: Instance;
  readonly report: z.infer<typeof Report> | undefined;
  readonly latencyMs: number;
}

async function ask(instance: Instance): Promise<Statement> {
  const startedAt = performance.now();
  const report = await reportOf(instance);
  return { instance, report, latencyMs: rounded(performance.now() - startedAt) };
}

const healthOf = ({ instance, report, latencyMs }: Statement): KnownHealth => {
  const known = { ...standingOf(instance), address: instance.url };
  const health = report ? { ...known, ...report, latencyMs } : { ...known, status: 'down' as const, latencyMs: null };
  return { service: instance.service, health };
};

/**
 * Reads the health of every instance, the gateway's own included. Those who ask within half a second share what the
 * instances said; what the gateway makes of them is of the moment.
 */
export function createHealthReader(deps: {
  readonly upstreams: Upstreams;
  readonly health: HealthChecker;
}): () => Promise<readonly KnownHealth[]> {
  const { upstreams, health } = deps;
  let latest: { readonly statements: Promise<readonly Statement[]>; readonly askedAt: number } | undefined;

  const readOwn = async (): Promise<KnownHealth> => {
    const startedAt = performance.now();
    const { status, version, uptimeS, checks } = await health.runChecks();
    const latencyMs = rounded(performance.now() - startedAt);
    return { service: 'gateway', health: { ...OURSELVES, status, version, uptimeS, checks, latencyMs } };
  };

  return async () => {
    if (!latest || performance.now() - latest.askedAt > KEEP_MS) {
      const all = ServiceName.options.flatMap((service) => upstreams.instancesOf(service));
      latest = { statements: Promise.all(all.map(ask)), askedAt: performance.now() };
    }
    const [own, statements] = await Promise.all([readOwn(), latest.statements]);
    return [own, ...statements.map(healthOf)];
  };
}
