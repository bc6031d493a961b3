import type { Pool } from 'undici';

/** Whether an instance lives, by its own word. */
export interface Pulse {
  readonly isHealthy: () => boolean;
  /** Asks; the second failure in a row makes it ill, the first answer makes it well. */
  readonly probe: () => Promise<void>;
}

const FAILURES_UNTIL_ILL = 2;
const PROBE_TIMEOUT_MS = 1_500;

/** What an instance says that is about to stop: there is no need to ask it twice. */
const STOPPING = 503;

export interface PulseWatch {
  /** One that was ill answers. */
  readonly onRecovery: () => void;
  /** One that was well gives no answer at all any more. */
  readonly onSilence: () => void;
}

/** `isProven` for one that is taken for well before it was asked. */
export function createPulse(pool: Pool, isProven: boolean, { onRecovery, onSilence }: PulseWatch): Pulse {
  let failures = isProven ? 0 : FAILURES_UNTIL_ILL;
  const isHealthy = (): boolean => failures < FAILURES_UNTIL_ILL;
  return {
    isHealthy,
    probe: async () => {
      const status = await statusOf(pool);
      const wasHealthy = isHealthy();
      if (status === 200) failures = 0;
      else failures = status === STOPPING ? FAILURES_UNTIL_ILL : failures + 1;
      if (isHealthy() && !wasHealthy) onRecovery();
      if (status === undefined && wasHealthy && !isHealthy()) onSilence();
    },
  };
}

async function statusOf(pool: Pool): Promise<number | undefined> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/health/live', signal });
    await body.dump();
    return statusCode;
  } catch {
    return undefined; // Refused, reset, silent: it does not live.
  }
}
