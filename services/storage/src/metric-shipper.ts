import { setTimeout as delay } from 'node:timers/promises';
import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { Counter, Gauge, type HealthCheck, type Registry } from '@soc/monitoring';
import type { Worker } from '@soc/service-kit';
import type { InfluxdbClient } from './adapters/influxdb-client.ts';
import type { MetricBacklog, MetricSpoolRepository, SpooledLines } from './metric-spool-repository.ts';
import { MetricStoreUnavailableError } from './ports/metric-store.ts';
import { type RefusedLine, sendLines } from './send-lines.ts';

/** Rows of the spool in one request; each has the points of one batch of events, at most 500. */
const ROWS_PER_REQUEST = 20;
/** Another replica may have spooled, or been killed. */
const POLL_MS = 2_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const REFUSED_KEEP_MS = 30 * 86_400_000;

export interface MetricShipper extends Worker {
  /** There is something to send. */
  readonly wake: () => void;
  /** Sends what there is; throws what keeps it from doing so. */
  readonly ship: () => Promise<void>;
  readonly check: HealthCheck;
}

export interface MetricShipperOptions {
  readonly db: DbCluster;
  readonly spool: MetricSpoolRepository;
  readonly client: Pick<InfluxdbClient, 'write'>;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}

/** Sends what is spooled to InfluxDB, oldest first, one replica at a time; what the server does not take stays. */
export function createMetricShipper(options: MetricShipperOptions): MetricShipper {
  const { db, spool, client, log, now } = options;
  const counted = observe(options);
  const stopping = new AbortController();
  let bell = Promise.withResolvers<void>();
  let running: Promise<void> = Promise.resolve();
  /** Why the last request came to nothing. */
  let failure: string | undefined;

  /** So many of the oldest rows are sent one by one: of them together some was refused. */
  let alone = 0;

  /** What was refused; undefined when rows are to be sent one by one. */
  const send = async (rows: readonly SpooledLines[]): Promise<readonly RefusedLine[] | undefined> => {
    const [row, ...others] = rows;
    if (row && others.length === 0) return sendLines(client, row, stopping.signal);
    const outcome = await client.write(Buffer.concat(rows.map(({ lines }) => lines)));
    return outcome.ok ? [] : undefined;
  };

  /** Whether there may be more. A request that is sent again is harmless: its points have the times they had. */
  const shipSome = (): Promise<boolean> =>
    db.tx(async (tx) => {
      if (!(await spool.claim(tx))) return false;
      const limitRows = alone > 0 ? 1 : ROWS_PER_REQUEST;
      const rows = await spool.oldest(tx, limitRows);
      if (rows.length === 0) return false;
      const refused = await send(rows);
      if (!refused) {
        alone = rows.length;
        return true;
      }
      alone = Math.max(0, alone - 1);
      for (const { line, reason } of refused) await spool.keepRefused(tx, { line, reason, at: now() });
      await spool.remove(
        tx,
        rows.map(({ id }) => id),
      );
      const points = rows.reduce((sum, row) => sum + row.points, 0);
      tx.afterCommit(() => {
        counted.sent.inc(points - refused.length);
        counted.refused.inc(refused.length);
        for (const { reason } of refused.slice(0, 5)) log.warn({ reason }, 'metric point refused by InfluxDB');
      });
      return rows.length === limitRows;
    });

  const ship = async (): Promise<void> => {
    try {
      while (!stopping.signal.aborted && (await shipSome()));
      failure = undefined;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };

  const run = async (): Promise<void> => {
    const { signal } = stopping;
    let failures = 0;
    while (!signal.aborted) {
      bell = Promise.withResolvers();
      const pauseMs = await ship().then(
        () => undefined,
        (error: unknown) => {
          if (signal.aborted) return 0;
          failures += 1;
          log.warn({ err: error, failures }, 'metric points not sent');
          return retryInMs(error, failures);
        },
      );
      if (pauseMs === undefined) {
        failures = 0;
        await Promise.race([bell.promise, pause(POLL_MS, signal)]);
      } else await pause(pauseMs, signal);
    }
  };

  return {
    wake: () => bell.resolve(),
    ship,
    check: { critical: false, run: async () => factsOf(await spool.backlog(db.write), failure) },
    start: () => {
      void spool
        .forgetRefused(db.write, new Date(now().getTime() - REFUSED_KEEP_MS))
        .catch((error: unknown) => log.warn({ err: error }, 'refused lines not forgotten'));
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal, ref: false }).catch(() => undefined);

/** What the server asks for; else longer from time to time, and never all replicas at once. */
function retryInMs(error: unknown, failures: number): number {
  const asked = error instanceof MetricStoreUnavailableError ? error.retryAfterMs : undefined;
  if (asked !== undefined) return Math.min(asked, 10 * LONGEST_RETRY_MS);
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
  return longest / 2 + Math.random() * (longest / 2);
}

function factsOf(backlog: MetricBacklog, failure: string | undefined): Readonly<Record<string, unknown>> {
  const { points, since } = backlog;
  if (failure !== undefined) {
    throw new Error(`${failure}; ${points} points wait${since === null ? '' : ` since ${since}`}`);
  }
  return { ...backlog };
}

function observe({ db, spool, registry, now }: MetricShipperOptions) {
  const registers = [registry];
  new Gauge({
    name: 'soc_storage_metric_backlog_points',
    help: 'Metric points that wait to be sent to InfluxDB.',
    registers,
    async collect() {
      this.set((await spool.backlog(db.read)).points);
    },
  });
  new Gauge({
    name: 'soc_storage_metric_backlog_age_seconds',
    help: 'How long the oldest metric point waits to be sent to InfluxDB.',
    registers,
    async collect() {
      const { since } = await spool.backlog(db.read);
      this.set(since === null ? 0 : (now().getTime() - Date.parse(since)) / 1_000);
    },
  });
  return {
    sent: new Counter({
      name: 'soc_storage_metric_points_sent_total',
      help: 'Metric points that InfluxDB has taken.',
      registers,
    }),
    refused: new Counter({
      name: 'soc_storage_metric_lines_refused_total',
      help: 'Metric points that InfluxDB has refused; they lie in storage.metric_refused_lines.',
      registers,
    }),
  };
}
