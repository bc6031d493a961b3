/** So long a key may take to get to a process that has met it. */
const HOLD_MS = 30_000;
/** And no more often: a stranger who writes frames under ever new ids holds up what is ordered no longer than that. */
const EVERY_MS = 10 * 60 * 1000;

/** For how long frames under unknown keys are waited for, when everything behind them waits too. */
export interface KeyPatience {
  /** The first call begins a wait, and those within it are part of it. */
  readonly isLeft: () => boolean;
}

export function createKeyPatience(nowMs: () => number = () => performance.now()): KeyPatience {
  let since: number | undefined;
  return {
    isLeft: () => {
      if (since === undefined || nowMs() - since >= EVERY_MS) since = nowMs();
      return nowMs() - since < HOLD_MS;
    },
  };
}
