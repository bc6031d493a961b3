import { setTimeout as pause } from 'node:timers/promises';
import { createFrameBuffer, type HeldFrame } from './frame-buffer.ts';
import { createHeldFrames } from './held-frames.ts';
import type { BusLog } from './log.ts';
import { createPace } from './pace.ts';
import { createSignal } from './signal.ts';
import type { StreamGroup } from './stream-group.ts';
import { keepReading } from './stream-reader.ts';

export interface StreamConsumer {
  readonly start: () => void;
  /** Stops reading; batches under way are finished and acknowledged, what was only read is given back. */
  readonly stop: () => Promise<void>;
}

const MAX_PAUSE_MS = 5_000;

/**
 * Reads one stream for one consumer group: first what this consumer held before a crash, then new entries, and now and then
 * what dead consumers held. While batches are handled, the next frames are read ahead, up to two batches; then reading
 * waits. `settle` decides each frame's fate and is tried again when it throws; only then are the frames acknowledged. What
 * is held says regularly that it is being worked on, so that nobody takes a long batch for a dead one.
 */
export function createStreamConsumer(options: {
  readonly group: StreamGroup;
  /** Most events in one batch; a single larger frame is one batch. */
  readonly batchSize: number;
  /** Batches handled at the same time. */
  readonly concurrency: number;
  /** What others have held this long without a sign of life is taken over: they are dead. */
  readonly claimIdleMs: number;
  readonly settle: (frames: readonly HeldFrame[]) => Promise<void>;
  readonly log: BusLog;
}): StreamConsumer {
  const { group, batchSize, concurrency, claimIdleMs, settle, log } = options;
  const { stream } = group;
  const stopping = new AbortController();
  const { signal } = stopping;
  const changed = createSignal();
  const buffer = createFrameBuffer();
  const pace = createPace(batchSize);
  const held = createHeldFrames(group, claimIdleMs, log);
  let running: Promise<unknown> = Promise.resolve();

  const settleAll = async (batch: readonly HeldFrame[]): Promise<void> => {
    for (let failures = 1; !signal.aborted || failures === 1; failures += 1) {
      const startedAtMs = performance.now();
      try {
        await settle(batch);
        held.acknowledge(batch.map(({ id }) => id));
        return pace.sawBatch(performance.now() - startedAtMs);
      } catch (error) {
        log.warn({ err: error, stream, failures }, 'batch not settled, will try again');
        await pause(Math.min(100 * 2 ** failures, MAX_PAUSE_MS), undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const keepHandling = async (): Promise<void> => {
    while (!signal.aborted) {
      const batch = buffer.take(batchSize);
      if (batch.length === 0) await changed.next();
      else {
        changed.fire();
        await settleAll(batch);
      }
    }
  };

  return {
    start: () => {
      held.start();
      const reading = keepReading({ group, buffer, held, pace, changed, claimIdleMs, signal, log });
      running = Promise.all([reading, ...Array.from({ length: concurrency }, keepHandling)]);
    },
    stop: async () => {
      stopping.abort();
      changed.fire();
      group.interrupt();
      await running;
      await held.stop();
    },
  };
}
