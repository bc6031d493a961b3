import { setTimeout as pause } from 'node:timers/promises';
import type { FrameBuffer, HeldFrame } from './frame-buffer.ts';
import type { HeldFrames } from './held-frames.ts';
import type { BusLog } from './log.ts';
import type { Pace } from './pace.ts';
import type { Signal } from './signal.ts';
import type { StreamEntry, StreamGroup } from './stream-group.ts';

const MAX_PAUSE_MS = 5_000;

/**
 * Fills the buffer: first with what this consumer held before a crash, then with new entries, and now and then with what
 * dead consumers held. Waits while the buffer is full. Resolves when it is told to stop.
 */
export async function keepReading(options: {
  readonly group: StreamGroup;
  readonly buffer: FrameBuffer;
  readonly held: HeldFrames;
  readonly pace: Pace;
  readonly changed: Signal;
  readonly claimIdleMs: number;
  readonly signal: AbortSignal;
  readonly log: BusLog;
}): Promise<void> {
  const { group, buffer, held, pace, changed, claimIdleMs, signal, log } = options;
  const { stream } = group;
  const sleep = (ms: number): Promise<unknown> => pause(ms, undefined, { signal }).catch(() => undefined);

  const take = (entries: readonly StreamEntry[]): void => {
    const fresh: HeldFrame[] = [];
    const gone: string[] = [];
    for (const { id, frame } of entries) {
      if (!held.hold(id)) continue;
      if (frame) fresh.push({ id, frame });
      else gone.push(id);
    }
    if (gone.length > 0) {
      log.error({ stream, entries: gone.length }, 'events were trimmed away before they were handled');
      held.acknowledge(gone);
    }
    if (fresh.length === 0) return;
    const before = buffer.events();
    buffer.add(fresh);
    const bytes = fresh.reduce((sum, { frame }) => sum + frame.length, 0);
    pace.sawEntries(fresh.length, buffer.events() - before, bytes);
    changed.fire();
  };

  /** Resolves with how many entries may be read; 0 when it is time to stop. */
  const room = async (): Promise<number> => {
    while (!signal.aborted && buffer.events() >= pace.readAhead) await changed.next();
    return signal.aborted ? 0 : pace.entriesFor(pace.readAhead - buffer.events());
  };

  const readHeld = async (): Promise<void> => {
    let after = '0';
    for (let count = await room(); count > 0; count = await room()) {
      const entries = await group.readHeld(after, count);
      const last = entries.at(-1);
      if (!last) return;
      take(entries);
      after = last.id;
    }
  };

  const takeOverFromTheDead = async (): Promise<void> => {
    let cursor = '0-0';
    do {
      const answer = await group.takeOver(claimIdleMs, cursor, (await room()) || 1);
      take(answer.entries);
      ({ cursor } = answer);
    } while (cursor !== '0-0' && !signal.aborted);
  };

  const read = async (): Promise<void> => {
    await group.ensure();
    await readHeld();
    let claimedAtMs = performance.now();
    for (let count = await room(); count > 0; count = await room()) {
      const entries = await group.readNew(count);
      take(entries);
      if (performance.now() - claimedAtMs >= claimIdleMs / 3) {
        await takeOverFromTheDead();
        claimedAtMs = performance.now();
        continue;
      }
      const gatherMs = pace.gatherMs();
      if (gatherMs > 0 && entries.length > 0 && entries.length < count) await sleep(gatherMs);
    }
  };

  for (let failures = 1; !signal.aborted; failures += 1) {
    const startedAtMs = performance.now();
    try {
      await read();
    } catch (error) {
      if (signal.aborted) return;
      if (performance.now() - startedAtMs > 30_000) failures = 1;
      log.warn({ err: error, stream, failures }, 'stream consumer interrupted, will resume');
      await sleep(Math.min(100 * 2 ** failures, MAX_PAUSE_MS));
    }
  }
}
