import { setTimeout as pause } from 'node:timers/promises';
import type { BusLog } from './log.ts';
import type { StreamGroup } from './stream-group.ts';

const MOST_IDS = 1_000;
const RETRY_AFTER_MS = 500;
/** What is settled within a moment is acknowledged by one command. */
const GATHER_MS = 5;

/** Acknowledges beside the work, so that no batch waits for the round trip of the one before it. */
export interface Acknowledger {
  readonly add: (ids: readonly string[]) => void;
  /** Waits for what is under way; what Redis did not take by then is delivered again, and the inbox makes it once. */
  readonly stop: () => Promise<void>;
}

export function createAcknowledger(
  group: StreamGroup,
  onAcknowledged: (ids: readonly string[]) => void,
  log: BusLog,
): Acknowledger {
  const stopping = new AbortController();
  let waiting: string[] = [];
  let gathering: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const ids = waiting.slice(0, MOST_IDS);
      try {
        await group.acknowledge(ids);
        waiting = waiting.slice(ids.length);
        onAcknowledged(ids);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ err: error, stream: group.stream }, 'not acknowledged, will try again');
        await pause(RETRY_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const flushNow = (): void => {
    gathering = undefined;
    flushing = flush().finally(() => {
      flushing = undefined;
      gather(); // for what came after the last look
    });
  };

  const gather = (): void => {
    if (waiting.length === 0 || flushing || gathering || stopping.signal.aborted) return;
    gathering = setTimeout(flushNow, GATHER_MS);
  };

  return {
    add: (ids) => {
      waiting.push(...ids);
      gather();
    },
    stop: async () => {
      stopping.abort();
      if (gathering) {
        clearTimeout(gathering);
        flushNow();
      }
      await flushing;
    },
  };
}
