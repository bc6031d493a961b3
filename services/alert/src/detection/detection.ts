import type { RuleVerdict } from '@soc/contracts/alert/rule-trials';
import { type CorrelationOptions, type Correlations, createCorrelations, type Refusal } from '@soc/sigma';
import { startThread, type ThreadLimits } from './thread.ts';
import type { BlockResult, DetectionReady, DetectionTask, TrialResult } from './thread-protocol.ts';

const THREAD = new URL('detection.thread.ts', import.meta.url);

/** Compiling the 3,563 rules of SigmaHQ takes 2 s of CPU, and a part of a body far less. */
const LIMITS = { heapMb: 1_024, answerMs: 60_000 };

/** A set of rules at work in a thread of its own. */
export interface Detection {
  /** Resolves, once the rules are compiled, with those that cannot be. */
  readonly ready: Promise<readonly Refusal[]>;
  /** The correlations of the set. */
  readonly correlations: Promise<Correlations>;
  /** Takes the bytes over: they are the thread's from then on. */
  readonly match: (ndjson: Uint8Array<ArrayBuffer>, source: string | null) => Promise<BlockResult>;
  readonly trial: (body: Uint8Array, source: string | null, receivedMs: number) => Promise<TrialResult>;
  readonly explain: (events: readonly string[], source: string | null) => Promise<readonly RuleVerdict[]>;
  readonly isIdle: () => boolean;
  readonly hasFailed: () => boolean;
  readonly end: () => Promise<void>;
}

/** Compiles rules in a new thread; `rules` are by `encodeRule`. What it is asked is answered in order once they are. */
export function startDetection(
  rules: readonly string[],
  windows: CorrelationOptions,
  limits: ThreadLimits = LIMITS,
): Detection {
  const task: DetectionTask = { rules, windows };
  const thread = startThread(THREAD, task, limits);
  const ready = thread.ready as Promise<DetectionReady>;
  const correlations = ready.then(({ countable }) => createCorrelations(countable, windows));
  // Whoever asks hears of it; nobody has to.
  correlations.catch(() => undefined);
  // The types are those of what detection.thread.ts answers each kind of request with.
  return {
    ready: ready.then(({ refusals }) => refusals),
    correlations,
    match: (lines, source) => thread.ask({ kind: 'match', lines, source }, [lines.buffer]) as Promise<BlockResult>,
    trial: (body, source, receivedMs) =>
      thread.ask({ kind: 'trial', body, source, receivedMs }) as Promise<TrialResult>,
    explain: (events, source) => thread.ask({ kind: 'explain', events, source }) as Promise<readonly RuleVerdict[]>,
    isIdle: () => thread.outstanding() === 0,
    hasFailed: thread.hasFailed,
    end: thread.end,
  };
}
