import type { ChildProcess } from 'node:child_process';
import type { LogFile } from './log-file.ts';

/** How to run one process and keep it running. */
export interface ProcessSpec {
  readonly name: string;
  readonly spawn: () => ChildProcess;
  /** Asked again and again after a start; a rejection means not yet. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  readonly politeSignal: NodeJS.Signals;
  /** Sent when it has not ended `stopWithinMs` after the polite one. */
  readonly forceSignal: NodeJS.Signals;
  readonly stopWithinMs: number;
  readonly log: LogFile;
}

/** What a person should know of a process, beside its first start. */
export type ProcessEvent =
  | { readonly kind: 'died'; readonly name: string; readonly how: string; readonly restartInMs: number }
  | { readonly kind: 'recovered'; readonly name: string; readonly afterMs: number }
  | { readonly kind: 'unready'; readonly name: string; readonly afterMs: number }
  | { readonly kind: 'rebuilt'; readonly name: string; readonly why: string };

export interface SupervisedProcess {
  readonly name: string;
  /** The running process; undefined while there is none. */
  readonly child: () => ChildProcess | undefined;
  readonly restarts: () => number;
  /** Starts it and waits until it is ready. Throws, with its last words, when it dies first or takes too long. */
  readonly start: () => Promise<void>;
  /** Stops it for good; resolves when it is gone. */
  readonly stop: () => Promise<void>;
  /** Kills it now, for good. */
  readonly forceStop: () => void;
}
