import { countsAgainst, type Outcome, provesNothing } from '../domain/outcome.ts';
import { type EjectionSettings, ejectionMs, type OutlierReason, outlierReason, shareAfter } from '../domain/outlier.ts';
import { afterAnswer, faded } from '../domain/peak-ewma.ts';

/** What an instance has shown by its answers, and whether it is spared for it. */
export interface Standing {
  readonly isEjected: () => boolean;
  /** As in `Candidate`. */
  readonly share: () => number;
  /** As in `Candidate`. */
  readonly latencyMs: () => number;
  /** How an attempt ended. Says why it should be ejected, when it should. */
  readonly note: (outcome: Outcome, tookMs: number) => OutlierReason | undefined;
  readonly eject: () => void;
  /** Other settings from now on. */
  readonly configure: (settings: EjectionSettings) => void;
  /** Lets it back at once, little by little: it has come back from somewhere. */
  readonly restore: () => void;
}

/** Answers are counted in two halves: the window is between one and two of them long. */
const HALF_WINDOW_MS = 5_000;

/** An instance that has behaved for this long after an ejection is a first offender again. */
const FORGIVEN_AFTER_MS = 60_000;

const NOTHING = { requests: 0, faults: 0 };

export function createStanding(first: EjectionSettings, nowMs: () => number): Standing {
  let settings = first;
  let consecutiveFaults = 0;
  let [current, before] = [{ ...NOTHING }, NOTHING];
  let halfBeganAtMs = nowMs();
  let ejections = 0;
  let ejectedUntilMs = Number.NEGATIVE_INFINITY;
  /** While it comes back and not after, so that the usual case asks no clock. */
  let returningSinceMs: number | undefined;
  let [latencyMs, answeredAtMs] = [0, nowMs()];

  const isEjected = (): boolean => returningSinceMs !== undefined && nowMs() < ejectedUntilMs;
  const count = (isFault: boolean, atMs: number): void => {
    const sinceMs = atMs - halfBeganAtMs;
    if (sinceMs >= HALF_WINDOW_MS) {
      before = sinceMs < 2 * HALF_WINDOW_MS ? current : NOTHING;
      current = { ...NOTHING };
      halfBeganAtMs = atMs;
    }
    current.requests += 1;
    if (isFault) current.faults += 1;
    consecutiveFaults = isFault ? consecutiveFaults + 1 : 0;
  };
  const forget = (): void => {
    consecutiveFaults = 0;
    [current, before] = [{ ...NOTHING }, NOTHING];
  };

  return {
    isEjected,
    share: () => {
      if (returningSinceMs === undefined) return 1;
      const share = shareAfter(nowMs() - returningSinceMs, settings);
      if (share >= 1) returningSinceMs = undefined;
      return share;
    },
    latencyMs: () => faded(latencyMs, nowMs() - answeredAtMs),
    note: (outcome, tookMs) => {
      if (provesNothing(outcome)) return undefined;
      const { kind } = outcome;
      const atMs = nowMs();
      // How quickly one fails says nothing of how quickly it works.
      if (kind === 'answered' || kind === 'timed_out') {
        latencyMs = afterAnswer(latencyMs, tookMs, atMs - answeredAtMs);
        answeredAtMs = atMs;
      }
      const isFault = countsAgainst(outcome);
      count(isFault, atMs);
      if (!isFault || isEjected()) return undefined;
      const [requests, faults] = [current.requests + before.requests, current.faults + before.faults];
      return outlierReason({ consecutiveFaults, requests, faults }, settings);
    },
    configure: (next) => {
      settings = next;
    },
    eject: () => {
      const atMs = nowMs();
      ejections = atMs - ejectedUntilMs > FORGIVEN_AFTER_MS ? 1 : ejections + 1;
      ejectedUntilMs = atMs + ejectionMs(ejections, settings);
      returningSinceMs = ejectedUntilMs;
      forget();
    },
    restore: () => {
      returningSinceMs = nowMs();
      ejectedUntilMs = Math.min(ejectedUntilMs, returningSinceMs);
      forget();
    },
  };
}
