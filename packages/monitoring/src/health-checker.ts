/** Live, but something it needs is away = degraded; something it cannot work without is away = down. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

export interface HealthCheck {
  /** Resolves with facts worth showing, throws with the reason when the dependency is not usable. */
  readonly run: (signal: AbortSignal) => Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Whether the service can do nothing useful without it. */
  readonly critical: boolean;
  /** Default 2,000 ms. */
  readonly timeoutMs?: number;
}

export interface CheckResult {
  readonly status: HealthStatus;
  readonly durationMs: number;
  readonly error?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly service: string;
  readonly version: string;
  readonly uptimeS: number;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface HealthChecker {
  /** Runs every check at once, each within its time-out. Never throws. */
  readonly runChecks: () => Promise<HealthReport>;
}

const DEFAULT_TIMEOUT_MS = 2_000;

const worst = (results: readonly CheckResult[]): HealthStatus => {
  if (results.some(({ status }) => status === 'down')) return 'down';
  return results.some(({ status }) => status === 'degraded') ? 'degraded' : 'ok';
};

async function runCheck({ run, critical, timeoutMs = DEFAULT_TIMEOUT_MS }: HealthCheck): Promise<CheckResult> {
  const startedAt = performance.now();
  const took = (): number => Math.round(performance.now() - startedAt);
  const timeout = Promise.withResolvers<never>();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
    timeout.reject(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    const facts = await Promise.race([run(controller.signal), timeout.promise]);
    return { status: 'ok', durationMs: took(), ...(facts && { facts }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: critical ? 'down' : 'degraded', durationMs: took(), error: reason };
  } finally {
    clearTimeout(timer);
  }
}

/** Gathers the dependency checks of one service into the body of `GET /health`. */
export function createHealthChecker(options: {
  readonly service: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly nowMs: () => number;
  readonly checks: Readonly<Record<string, HealthCheck>>;
}): HealthChecker {
  const { service, version, startedAtMs, nowMs, checks } = options;
  return {
    runChecks: async () => {
      const named = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const),
      );
      const uptimeS = Math.round((nowMs() - startedAtMs) / 1000);
      return {
        status: worst(named.map(([, result]) => result)),
        service,
        version,
        uptimeS,
        checks: Object.fromEntries(named),
      };
    },
  };
}
