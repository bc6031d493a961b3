import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../operator-error.ts';
import { restartDelayMs, STABLE_AFTER_MS } from './backoff.ts';
import type { ProcessEvent, ProcessSpec, SupervisedProcess } from './process-spec.ts';

const POLL_MS = 30;

/** One life of a process: the child and how it ended, once it has. */
interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
}

function spawnLife({ spawn }: ProcessSpec): Life {
  const child = spawn();
  let over = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  }).finally(() => (over = true));
  return { child, ended, hasEnded: () => over };
}

/** True when ready, false when it ended or the time is over before. */
async function becomesReady(spec: ProcessSpec, life: Life): Promise<boolean> {
  const deadline = performance.now() + spec.readyWithinMs;
  while (!life.hasEnded() && performance.now() < deadline) {
    if (await spec.isReady().catch(() => false)) return !life.hasEnded();
    await Promise.race([delay(POLL_MS), life.ended]);
  }
  return false;
}

/**
 * Keeps a process running: one that dies is started again after a wait that doubles with each death in a row. `onEvent`
 * hears of deaths and recoveries.
 */
export function supervise(spec: ProcessSpec, onEvent: (event: ProcessEvent) => void): SupervisedProcess {
  let life: Life | undefined;
  let restarts = 0;
  const stopping = new AbortController();

  const keepAlive = async (first: Life, startedAtMs: number): Promise<void> => {
    let current = first;
    let bornAtMs = startedAtMs;
    let deathsInARow = 0;
    for (;;) {
      const how = await current.ended;
      if (stopping.signal.aborted) return;
      const diedAtMs = performance.now();
      deathsInARow = diedAtMs - bornAtMs > STABLE_AFTER_MS ? 1 : deathsInARow + 1;
      const restartInMs = restartDelayMs(deathsInARow);
      onEvent({ kind: 'died', name: spec.name, how, restartInMs });
      await delay(restartInMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      restarts += 1;
      bornAtMs = performance.now();
      current = spawnLife(spec);
      life = current;
      const isReady = await becomesReady(spec, current);
      const afterMs = Math.round(performance.now() - diedAtMs);
      if (!current.hasEnded()) onEvent({ kind: isReady ? 'recovered' : 'unready', name: spec.name, afterMs });
    }
  };

  return {
    name: spec.name,
    child: () => (life?.hasEnded() === false ? life.child : undefined),
    restarts: () => restarts,
    start: async () => {
      const first = spawnLife(spec);
      life = first;
      const startedAtMs = performance.now();
      if (!(await becomesReady(spec, first))) throw await startFailure(spec, first);
      void keepAlive(first, startedAtMs);
    },
    stop: async () => {
      stopping.abort();
      if (life) await endLife(spec, life);
    },
    forceStop: () => {
      stopping.abort();
      life?.child.kill(spec.forceSignal);
    },
  };
}

async function endLife(spec: ProcessSpec, life: Life): Promise<void> {
  if (life.hasEnded()) return;
  life.child.kill(spec.politeSignal);
  const patience = new AbortController();
  const outcome = await Promise.race([
    life.ended,
    delay(spec.stopWithinMs, 'too slow' as const, { signal: patience.signal }).catch(() => 'cancelled' as const),
  ]);
  patience.abort();
  if (outcome === 'too slow') life.child.kill(spec.forceSignal);
  await life.ended;
}

async function startFailure(spec: ProcessSpec, life: Life): Promise<OperatorError> {
  const how = life.hasEnded()
    ? `ended with ${await life.ended}`
    : `was not ready within ${spec.readyWithinMs / 1000} s`;
  await endLife(spec, life);
  const lastWords = spec.log.tail().slice(-5).join('\n  ');
  return new OperatorError(`${spec.name} ${how}; its log is ${spec.log.path}${lastWords && `\n  ${lastWords}`}`);
}
