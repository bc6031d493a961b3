import type { Cluster, Worker } from 'node:cluster';
import type { EdgePlatform } from '@soc/service-kit';
import { type Addressee, createGatherer } from './gather-reports.ts';
import { type FromWorker, WORKER_PLACE } from './worker-messages.ts';

export interface KeeperOptions {
  readonly cluster: Cluster;
  readonly host: NodeJS.Process;
  readonly log: EdgePlatform<unknown>['log'];
  readonly count: number;
}

/** A worker that ends sooner than this after its start may do so again: the next one waits. */
const SHORT_LIFE_MS = 5_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Keeps `count` workers running that share the port, each a whole gateway: replaces what ends, carries their reports to one
 * another, passes signals on, and ends when all have ended.
 */
export function keepWorkers({ cluster, host, log, count }: KeeperOptions): void {
  const places = new Map<Worker, number>();
  const listening = new WeakSet<Worker>();
  let hasListened = false;
  let isStopping = false;
  let shortLives = 0;
  let exitCode = 0;

  const addresseeOf = (worker: Worker): Addressee => ({
    isServing: () => worker.isConnected() && listening.has(worker),
    send: (message) => worker.send(message, () => undefined),
  });
  const gather = createGatherer(() => [...places.keys()].map(addresseeOf));
  const start = (place: number): void => {
    if (isStopping) return;
    const worker = cluster.fork({ [WORKER_PLACE]: String(place) });
    const startedAtMs = performance.now();
    places.set(worker, place);
    worker.once('listening', () => {
      hasListened = true;
      listening.add(worker);
    });
    // A worker sends nothing else.
    worker.on('message', (message) => gather(addresseeOf(worker), message as FromWorker));
    worker.once('exit', (code, signal) => {
      places.delete(worker);
      if (isStopping) return endWhenAllHave();
      if (!hasListened) return giveUp(code);
      shortLives = performance.now() - startedAtMs < SHORT_LIFE_MS ? shortLives + 1 : 0;
      const pauseMs = shortLives === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (shortLives - 1), LONGEST_PAUSE_MS);
      log.error({ worker: place, code, signal, pauseMs }, 'a worker ended, starting another');
      setTimeout(() => start(place), pauseMs);
    });
  };
  const endWhenAllHave = (): void => {
    if (places.size === 0) host.exit(exitCode);
  };
  const giveUp = (code: number): void => {
    exitCode = code === 0 ? 1 : code;
    stop('SIGTERM');
  };
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    for (const worker of places.keys()) worker.process.kill(signal);
    endWhenAllHave();
  };

  host.on('SIGTERM', () => stop('SIGTERM'));
  host.on('SIGINT', () => stop('SIGTERM'));
  host.on('SIGHUP', () => {
    for (const worker of places.keys()) worker.process.kill('SIGHUP');
  });
  if (host.connected) host.on('disconnect', () => stop('SIGTERM'));
  for (let place = 0; place < count; place += 1) start(place);
}
