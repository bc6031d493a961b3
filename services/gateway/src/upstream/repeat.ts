/** Something done again and again, but not while the time before is still under way. */
export interface Repetition {
  /** Once, now, or what is under way; never rejects. */
  readonly run: () => Promise<void>;
  readonly start: () => void;
  /** Resolves when what is under way has ended. */
  readonly stop: () => Promise<void>;
}

/** `onFailure` hears of each time that did not succeed; the next one comes all the same. */
export function repeat(
  work: () => Promise<void>,
  { everyMs, onFailure }: { readonly everyMs: number; readonly onFailure: (error: unknown) => void },
): Repetition {
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const run = (): Promise<void> => {
    running ??= work()
      .catch(onFailure)
      .finally(() => (running = undefined));
    return running;
  };
  return {
    run,
    start: () => {
      timer = setInterval(() => void run(), everyMs);
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
