import type { ServiceName } from '@soc/contracts';
import { Pool } from 'undici';
import type { Candidate } from '../domain/choose-instance.ts';
import { type Breaker, type BreakerSettings, createBreaker } from './breaker.ts';

/** One process of a service, as the gateway sees it. */
export interface Instance extends Candidate {
  /** `alert-0`: the service and its place in the configuration. Says nothing of where it runs. */
  readonly name: string;
  readonly service: ServiceName;
  readonly url: string;
  readonly pool: Pool;
  readonly breaker: Breaker;
  /** Asks whether it lives; the second failure in a row makes it ill, the first answer makes it well. */
  readonly probe: () => Promise<void>;
  /** Breaks off what is under way. */
  readonly close: () => Promise<void>;
}

export interface InstanceSettings {
  readonly connectTimeoutMs: number;
  readonly breaker: BreakerSettings;
}

const FAILURES_UNTIL_ILL = 2;
const PROBE_TIMEOUT_MS = 1_500;

/** Event streams hold one each; more requests than this wait in line. */
const MAX_CONNECTIONS = 1_024;

/** Services keep idle connections for 75 s: the gateway is always the one that closes. */
const IDLE_MS = 30_000;

export function createInstance(service: ServiceName, index: number, url: string, settings: InstanceSettings): Instance {
  const pool = new Pool(url, {
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    connectTimeout: settings.connectTimeoutMs,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
  });
  const breaker = createBreaker(settings.breaker);
  let failures = 0;

  return {
    name: `${service}-${index}`,
    service,
    url,
    pool,
    breaker,
    get isHealthy() {
      return failures < FAILURES_UNTIL_ILL;
    },
    get admits() {
      return breaker.admits();
    },
    probe: async () => {
      failures = (await isAlive(pool)) ? 0 : failures + 1;
    },
    close: async () => {
      breaker.close();
      await pool.destroy();
    },
  };
}

async function isAlive(pool: Pool): Promise<boolean> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/health/live', signal });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false; // Refused, reset, silent: it does not live.
  }
}
