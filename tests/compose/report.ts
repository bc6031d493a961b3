/** Tells what is shown as it is shown, and counts it. */
export interface Report {
  readonly figure: (name: string, value: string) => void;
  /** Runs a part; one that fails is told and does not keep the next from running. */
  readonly part: (name: string, show: () => Promise<void>) => Promise<void>;
  readonly close: () => boolean;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function createReport(print: (line: string) => void, startedAt: number, signal?: AbortSignal): Report {
  let [passed, failed] = [0, 0];
  return {
    figure: (name, value) => print(`    ${name.padEnd(44)} ${value}`),
    part: async (name, show) => {
      if (signal?.aborted === true) return;
      print(name);
      const before = performance.now();
      try {
        await show();
        passed += 1;
        print(`  ok, ${seconds(performance.now() - before)}`);
      } catch (error) {
        failed += 1;
        print(`  FAILED after ${seconds(performance.now() - before)}: ${describe(error)}`);
      }
    },
    close: () => {
      print(`The whole took ${seconds(performance.now() - startedAt)}.`);
      print(`${passed} passed, ${failed} failed`);
      return failed === 0;
    },
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (${describe(error.cause)})`;
  return `${error.stack ?? error.message}${cause}`;
}
