import type { Pool } from 'undici';

/** Whether an instance lives, by its own word. */
export interface Pulse {
  readonly isHealthy: () => boolean;
  /** Asks; the second failure in a row makes it ill, the first answer makes it well. */
  readonly probe: () => Promise<void>;
}

const FAILURES_UNTIL_ILL = 2;
const PROBE_TIMEOUT_MS = 1_500;

/** `isProven` for one that is taken for well before it was asked; `onRecovery` when one that was ill answers. */
export function createPulse(pool: Pool, isProven: boolean, onRecovery: () => void): Pulse {
  let failures = isProven ? 0 : FAILURES_UNTIL_ILL;
  const isHealthy = (): boolean => failures < FAILURES_UNTIL_ILL;
  return {
    isHealthy,
    probe: async () => {
      const lives = await isAlive(pool);
      const isRecovery = lives && !isHealthy();
      failures = lives ? 0 : failures + 1;
      if (isRecovery) onRecovery();
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
