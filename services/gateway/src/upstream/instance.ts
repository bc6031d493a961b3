import type { ServiceName } from '@soc/contracts';
import { Pool } from 'undici';
import type { Candidate } from '../domain/choose-instance.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { EjectionSettings, OutlierReason } from '../domain/outlier.ts';
import { Wires } from '../wire/wires.ts';
import { type Breaker, type BreakerSettings, type BreakerState, createBreaker, type Settle } from './breaker.ts';
import type { Exchange } from './exchange.ts';
import { createPulse } from './pulse.ts';
import { createStanding } from './standing.ts';
import { Waiting } from './waiting.ts';

/** One process of a service, as the gateway sees it. */
export interface Instance extends Candidate {
  /** Among the instances of the gateway; does not show where it runs. */
  readonly name: string;
  readonly service: ServiceName;
  readonly url: string;
  /** For what the gateway asks itself, and for what is not plain. */
  readonly pool: Pool;
  /** For plain exchanges; undefined where it speaks TLS. */
  readonly wires: Wires | undefined;
  readonly breaker: Breaker;
  /** Requests without an answer yet that could be asked of another instance. */
  readonly waiting: Waiting<Exchange>;
  /** An attempt at it begins; it must be settled with how it ended, which is remembered. Only when it `admits`. */
  readonly begin: () => Settle;
  /** Asks whether it lives; the second failure in a row makes it ill, the first answer makes it well. */
  readonly probe: () => Promise<void>;
  readonly eject: () => void;
  readonly setDraining: (isDraining: boolean) => void;
  /** Other settings from now on, but for how long a connection may take. */
  readonly configure: (settings: InstanceSettings) => void;
  /** Its place in the configuration may change. */
  readonly rename: (name: string) => void;
  /** Takes nothing new; closes when what is under way has ended, or breaks it off after `withinMs`. */
  readonly retire: (withinMs: number) => Promise<void>;
  /** Breaks off what is under way. */
  readonly close: () => Promise<void>;
}

export interface InstanceSettings {
  readonly connectTimeoutMs: number;
  readonly breaker: BreakerSettings;
  readonly ejection: EjectionSettings;
}

/** What an instance tells of itself. */
export interface InstanceWatch {
  readonly onBreaker: (state: BreakerState) => void;
  /** Its latest answers are such that it should be ejected. */
  readonly onOutlier: (instance: Instance, reason: OutlierReason) => void;
  /** It answered its probes and gives no answer any more. */
  readonly onSilence: (instance: Instance) => void;
}

/** Of either kind. Event streams hold one each; more requests than this wait in line. */
const MAX_CONNECTIONS = 1_024;

/** Services keep idle connections for 75 s: the gateway is always the one that closes. */
const IDLE_MS = 30_000;

const nowMs = (): number => performance.now();

const poolOf = (url: string, connectTimeoutMs: number): Pool =>
  new Pool(url, {
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
  });

const wiresOf = (url: string, connectTimeoutMs: number): Wires | undefined =>
  url.startsWith('http:')
    ? new Wires({ origin: url, maxConnections: MAX_CONNECTIONS, connectTimeoutMs, idleMs: IDLE_MS })
    : undefined;

/** `isProven` for one that is taken for well before its first probe. */
export function createInstance(
  place: Readonly<{ service: ServiceName; name: string; url: string; isProven: boolean }>,
  settings: InstanceSettings,
  watch: InstanceWatch,
): Instance {
  const { service, url } = place;
  const pool = poolOf(url, settings.connectTimeoutMs);
  const wires = wiresOf(url, settings.connectTimeoutMs);
  const standing = createStanding(settings.ejection, nowMs);
  const pulse = createPulse(pool, place.isProven, {
    onRecovery: standing.restore,
    onSilence: () => watch.onSilence(instance),
  });
  const breaker = createBreaker(settings.breaker, (state) => {
    if (state === 'closed') standing.restore();
    watch.onBreaker(state);
  });
  let { name } = place;
  let isDraining = false;
  let outstanding = 0;
  const note = (outcome: Outcome, startedAtMs: number): void => {
    outstanding -= 1;
    const reason = standing.note(outcome, nowMs() - startedAtMs);
    if (reason) watch.onOutlier(instance, reason);
  };

  const instance: Instance = {
    get name() {
      return name;
    },
    service,
    url,
    pool,
    wires,
    breaker,
    waiting: new Waiting(),
    get isHealthy() {
      return pulse.isHealthy();
    },
    get isEjected() {
      return standing.isEjected();
    },
    get isDraining() {
      return isDraining;
    },
    get admits() {
      return breaker.admits();
    },
    get share() {
      return standing.share();
    },
    get outstanding() {
      return outstanding;
    },
    get latencyMs() {
      return standing.latencyMs();
    },
    begin: () => {
      const startedAtMs = nowMs();
      const settle = breaker.begin();
      outstanding += 1;
      return (outcome) => {
        const settling = settle(outcome);
        if (settling) return settling.finally(() => note(outcome, startedAtMs));
        note(outcome, startedAtMs);
        return undefined;
      };
    },
    probe: pulse.probe,
    eject: standing.eject,
    setDraining: (next) => {
      if (isDraining && !next) standing.restore();
      isDraining = next;
    },
    configure: (next) => {
      breaker.configure(next.breaker);
      standing.configure(next.ejection);
    },
    rename: (next) => {
      name = next;
    },
    retire: async (withinMs) => {
      isDraining = true;
      const tooLong = setTimeout(() => {
        wires?.destroy();
        void pool.destroy();
      }, withinMs);
      await Promise.all([wires?.close(), pool.close().catch(() => undefined)]);
      clearTimeout(tooLong);
      breaker.close();
    },
    close: async () => {
      breaker.close();
      wires?.destroy();
      await pool.destroy();
    },
  };
  return instance;
}
